// Opens the blocks one after another, says how far it is, and starts the player.

/**
 * Read where to begin from the page's address: #t=08:30&brain=city_brain&x=0&y=0&scale=0.1&with=speeds&without=lots
 * &choose=car:120&play (a car by its number, an ambulance or a lot by theirs, an elevator in which
 * somebody is trapped on this day by its own, a plant, an airStation or an airCell by theirs).
 */
function readAddress(facts, player) {
  const asked = new URLSearchParams(location.hash.slice(1));
  const brain = player.brains.findIndex(({ name }) => name === asked.get("brain"));
  if (brain > 0) player.chooseBrain(brain);
  const clock = /^(\d{1,2}):(\d{2})$/.exec(asked.get("t") ?? "");
  player.seek(clock ? (Number(clock[1]) * 3600 + Number(clock[2]) * 60 - facts.startOfDay + 86400) % 86400 : facts.begins);
  for (const name of ["x", "y", "scale"]) {
    if (Number.isFinite(Number(asked.get(name) ?? NaN))) player.camera[name] = Number(asked.get(name));
  }
  if (asked.has("play")) player.toggle();
  for (const box of document.querySelectorAll("#layers input")) {
    const wanted = (list) => (asked.get(list) ?? "").split(",").includes(box.name);
    if (wanted("with") || wanted("without")) box.checked = wanted("with");
    player.setLayer(box.name, box.checked);
  }
  const [kind, number] = (asked.get("choose") ?? "").split(":");
  if (kind === "car") player.choose(player.sameCar({ number: Number(number) }));
  if (AIR_KINDS.includes(kind) && player.brain.air) player.choose({ kind, id: player.brain.air.checked(kind, Number(number)) });
  if (kind === "elevator") player.choose(player.caseOf(Number(number)));
  if (kind === "ambulance" || kind === "lot") player.choose(player.numbered(kind, Number(number)));
  if (!asked.has("x")) player.centre();
}

const NARROW_PX = 768;

async function open() {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const wait = document.getElementById("wait");
  if (typeof DecompressionStream === "undefined") {
    wait.textContent = facts.texts.tooOld;
    return null;
  }
  const columns = await openBlock("data-city", facts.layouts.city);
  const city = new City(columns, facts.places);
  const brains = [];
  for (const [place, told] of facts.brains.entries()) {
    const own = await openBlock(`data-brain-${place}`, facts.layouts[`brain-${place}`]);
    brains.push(new BrainDay(city, own, facts, told));
  }
  wait.remove();
  if (innerWidth < NARROW_PX) document.querySelector("aside details").open = false;
  const player = new Player(facts, city, brains);
  readAddress(facts, player);
  player.start();
  return player;
}

// For tests and for whoever opens the console: await twinPlayback, then seek(), find() and drawFrame() of the player.
window.twinPlayback = open();
