// Opens the blocks one after another, says how far it is, and starts the player.

/** Read where to begin from the page's address: #t=08:30&brain=city_brain&x=0&y=0&scale=0.1&play. */
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
  for (const name of (asked.get("without") ?? "").split(",").filter(Boolean)) player.setLayer(name, false);
}

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
  const player = new Player(facts, city, brains);
  readAddress(facts, player);
  player.start();
  return player;
}

// For tests and for whoever opens the console: await twinPlayback, then seek(), find() and drawFrame() of the player.
window.twinPlayback = open();
