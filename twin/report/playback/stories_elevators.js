// What is told of an entrapment, and of who comes to it.

class ElevatorStories {
  /** @param {Stories} stories - Whose words and elements these use. */
  constructor(stories) {
    this.stories = stories;
    this.say = stories.say;
  }

  trapped(brain, row) {
    const { columns } = brain.elevators;
    return [
      element("h2", {}, this.say("elevator", { n: columns.caseElevator[row] })),
      ...this.caseParts(brain.elevators, row),
    ];
  }

  helper(brain, row, timeS) {
    const { elevators } = brain;
    const { columns } = elevators;
    const own = columns.helperCase[row];
    const here = elevators.placeOfHelper(row, timeS);
    const does = here.there ? "isThere" : here.drives ? "drivesThere" : "setsOut";
    const parts = [
      element("h2", {}, this.helperName(columns.helperLevel[row], columns.helperNumber[row])),
      this.stories.pairs([[this.say("does"), this.say(does)]]),
    ];
    if (own < 0) return [...parts, element("p", { class: "soft" }, this.say("falseAlarm"))];
    return [...parts, element("h3", {}, this.say("elevator", { n: columns.caseElevator[own] })), ...this.caseParts(elevators, own)];
  }

  helperName(level, number) {
    return this.say(level === FIRE_CREW ? "fireCrew" : level === TEAM ? "team" : "worker", { n: number });
  }

  caseParts(elevators, row) {
    const { stories } = this;
    const { columns } = elevators;
    const stops = elevators.stamp(row, "at_s");
    const stamps = element("ol", { class: "stamps" });
    for (const name of stories.facts.rescueStamps) {
      const at = elevators.stamp(row, name);
      if (at === null) continue;
      stamps.append(element("li", {}, stories.timeButton(at), " ", stories.word(name), " ",
        element("span", { class: "soft" }, at > stops ? `+${stories.duration(at - stops)}` : "")));
    }
    const came = columns.caseLevel[row] > 0;
    return [
      stories.pairs([
        [this.say("cause"), stories.word(elevators.word(row, "cause"))],
        [this.say("people"), String(columns.casePeople[row])],
        columns.caseVulnerable[row] > 0 && [this.say("vulnerable"), String(columns.caseVulnerable[row])],
        [this.say("building"), stories.word(elevators.word(row, "use"))],
        [this.say("floors"), String(columns.caseFloors[row])],
        [this.say("district"), stories.word(elevators.word(row, "district"))],
        [this.say("heardBy"), stories.word(elevators.word(row, "way"))],
        came && [this.say("cameFirst"), this.helperName(columns.caseLevel[row], columns.caseHelper[row])],
        columns.caseCalled[row] && [this.say("calledTeam"), "✓"],
        columns.caseIll[row] && [this.say("fellIll"), "✓"],
      ]),
      stamps,
    ];
  }
}
