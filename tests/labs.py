"""What submissions of a lab lose, and why, in the words of scenarios/grading/*/expected.txt.

    tests/labs.py run PROCENARIO LAB PARAMETER FOLDER    performs the lab's scenarios with FOLDER/ID/PARAMETER
    tests/labs.py results FOLDER                         reads the results that `procenario grade -o FOLDER` left

Both tell the same of the same submissions: one has what `run --format json` says, the other what the sandbox did.
"""
import json
import pathlib
import subprocess
import sys


class Scenario:
    def __init__(self, file, bonus, expectations, ended):
        self.name, self.bonus = pathlib.PurePath(file).stem, bonus
        self.expectations, self.ended = expectations, ended


def number(value):
    return f"{value:g}"


def told(submission, scenarios):
    """`race: 93 of 100, behaviour 77 of 84, wording 16 of 16, bonus 5 of 5`, and what is missing from that."""
    sums = {}
    for scenario in scenarios:
        for about, points, most, *_ in scenario.expectations:
            for key in ["bonus"] if scenario.bonus else ["all", about]:
                got, of = sums.get(key, (0, 0))
                sums[key] = got + points, of + most
    parts = [" of ".join(map(number, sums.pop("all")))]
    parts += [f"{key} {number(got)} of {number(of)}" for key, (got, of) in sorted(sums.items())]
    yield f"{submission}: {', '.join(parts)}"
    for scenario in scenarios:
        for _, points, most, name, seen, schedule in scenario.expectations:
            if points < most:
                yield f"  -{number(most - points)} {scenario.name}: {name}"
                yield f"     {seen}" + (f" (under {schedule})" if schedule else "")
        if scenario.ended != "completed":
            yield f"     {scenario.name} ended in a {scenario.ended}"
    yield ""


def own_schedules(lab):
    """What each scenario is performed under first: no verdict needs to tell that."""
    own = {}
    for file in lab.glob("[0-9]*.yaml"):
        lines = [line for line in file.read_text().splitlines() if line.startswith("schedule:")]
        own[file.stem] = lines[0].split()[1] if lines else "round-robin"
    return own


def of_run(procenario, lab, parameter, folder):
    lab = pathlib.Path(lab)
    bonus = {line.split("file:")[1].split(",")[0].strip()
             for line in (lab / "assignment.yaml").read_text().splitlines() if "bonus: true" in line}
    files = sorted(map(str, lab.glob("[0-9]*.yaml")))
    for submission in sorted(pathlib.Path(folder).resolve().iterdir()):
        program = submission / parameter
        run = subprocess.run([procenario, "run", "--format", "json", "--set", f"{parameter}={program}", *files],
                             stdout=subprocess.PIPE, check=False, text=True)
        if run.returncode not in (0, 1):
            raise SystemExit(f"{submission.name}: status {run.returncode}")
        yield submission.name, [
            Scenario(scenario["file"], pathlib.PurePath(scenario["file"]).name in bonus,
                     [(e["about"], e["points"] if e["holds"] else 0, e["points"], e["name"], e.get("seen"),
                       e.get("schedule")) for e in scenario["expectations"]],
                     scenario["end"])
            for scenario in json.loads(run.stdout)["scenarios"]]


def of_results(folder):
    own = own_schedules(pathlib.Path(folder[1]))
    for file in sorted(pathlib.Path(folder[0]).glob("*.json")):
        result = json.loads(file.read_text())
        if not result["build"]["ok"] or not result["sandbox"]:
            raise SystemExit(f"{file.stem}: not built, or without a sandbox")
        scenarios = []
        for scenario in result["scenarios"]:
            first = own[pathlib.PurePath(scenario["file"]).stem]
            scenarios.append(Scenario(
                scenario["file"], scenario["bonus"],
                [(e["about"], e["points"], e["max"], e["name"], e.get("seen"),
                  None if e.get("schedule") == first else e.get("schedule")) for e in scenario["expectations"]],
                scenario["end"]))
        yield file.stem, scenarios


def main(how, *arguments):
    for submission, scenarios in of_run(*arguments) if how == "run" else of_results(arguments):
        print("\n".join(told(submission, scenarios)))


main(*sys.argv[1:])
