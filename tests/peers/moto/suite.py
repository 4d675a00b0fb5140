"""The loop of the differential suite: draws calls of a service by a seed, sends each to both servers, and compares the answers.

A module of a service has
  MAKERS   [(weight, maker)]; a maker gets (draw, bad) and returns (operation, call)
  SETUP    calls that each beginning makes first: (service, operation, call)
  PINNED   sequences of calls, sent once before all seeds: known differences that are seldom drawn
  KEEP     {operation: (kind, member…)}: what later calls name, by draw.made(kind)
  ANY      a pattern of the paths of values that are never the same: only whether they are there is compared
  ORDER    {member: member}: lists without an order, sorted by a member, or by their text ("")
  SETTLED  {operation: function of an answer}: asked again until it is true, as what it asks for takes its time
  DIVERGES a pattern of the paths of differences after which the two are not in the same state
  THEN     {operation: function of the call's number}: the call that follows it"""
import re

import known
from differ import Draw as Random
from differ import text_of
from world import Ref, differences, plain


class Draw(Random):
    def __init__(self, seed):
        super().__init__(seed)
        self.kept = {}

    def made(self, kind, otherwise="none"):
        """What one of the earlier calls was answered; `otherwise` if there was none, and now and then."""
        found = self.kept.get(kind, [])
        return self.r.choice(found) if found and not self.chance(0.1) else otherwise

    def some(self, chance=0.4, **members):
        """Each member with one of its values, or left out."""
        return {name: self.one(*values) for name, values in members.items() if self.chance(chance)}


class Tally:
    def __init__(self, messages):
        self.calls = self.errors = self.excused = self.different = 0
        self.used, self.messages, self.shown = {}, messages, set()

    def judge(self, service, operation, call, found):
        """Counts one call's differences; returns whether one was printed."""
        unknown, new = [], False
        for path, ours, theirs in found:
            line = f"{service} {operation} {path} | {text_of(ours)} | {text_of(theirs)} | {call}"
            entry = known.of(line)
            if entry is None:
                unknown.append(line)
            else:
                self.used[entry] = self.used.get(entry, 0) + 1
        self.excused += bool(found) and not unknown
        self.different += bool(unknown)
        for line in unknown:
            short = re.sub(r"\[\d+\]", "", " ".join(line.split(" | ")[:3]))[:200]
            if short not in self.shown:
                self.shown.add(short)
                new = True
                print(f"different: {line[:700]}")
        return new


def brief(v):
    """A call without its long bodies."""
    if isinstance(v, dict):
        return {k: brief(w) for k, w in v.items()}
    if isinstance(v, list):
        return [brief(w) for w in v]
    return f"{len(v)} bytes" if isinstance(v, bytes) and len(v) > 20 else v


def shown(answer, module):
    """An answer as it is compared."""
    order, any_of = getattr(module, "ORDER", {}), getattr(module, "ANY", None)

    def walk(v, path):
        if isinstance(v, dict):
            return {k: walk(w, f"{path}.{k}") for k, w in v.items()}
        if isinstance(v, list):
            out = [walk(w, path) for w in v]
            name = path.split(".")[-1]
            if name in order:
                out.sort(key=lambda w: text_of(w.get(order[name])) if order[name] else text_of(w))
            return out
        return "ANY" if any_of and re.search(any_of, path) else v

    return walk(plain(answer), "")


class Suite:
    def __init__(self, world, tally, module):
        self.world, self.tally, self.module = world, tally, module
        self.service = module.SERVICE
        self.makers = [m for weight, m in module.MAKERS for _ in range(weight)]

    def anew(self):
        self.world.anew()
        self.d.kept = {}
        for call in getattr(self.module, "SETUP", []):
            self.call(*call)

    def call(self, service, operation, call):
        (ours, text), (theirs, other) = self.world.both(service, operation, call, getattr(self.module, "SETTLED", {}).get(operation))
        self.tally.calls += 1
        ends = [a["error"] if "error" in a else "done" for a in (ours, theirs)]
        if ends[0] != ends[1]:
            found = [("error", *ends)]
        elif ends[0] != "done":
            self.tally.errors += 1
            found = [("status", ours["status"], theirs["status"])] if ours["status"] != theirs["status"] else []
        else:
            found = list(differences(shown(ours, self.module), shown(theirs, self.module)))
            for kind, *path in [self.module.KEEP[operation]] if operation in getattr(self.module, "KEEP", {}) else []:
                self.d.kept.setdefault(kind, []).append(Ref(self.world.number, *path))
        if self.tally.messages and text != other:
            print(f"# {service} {operation}\n#   bflocal: {text}\n#   moto:    {other}")
        if self.tally.judge(service, operation, brief(call), found) and found[0][0] == "error":
            print(f"  bflocal: {text}\n  moto:    {other}")
        diverges = getattr(self.module, "DIVERGES", None)
        if "done" in ends and ends[0] != ends[1] or diverges and any(re.match(diverges, path) for path, _, _ in found):
            self.anew()
        elif ends[0] == "done" and operation in getattr(self.module, "THEN", {}):
            self.call(service, *self.module.THEN[operation](self.world.number))

    def pinned(self):
        self.d = Draw(0)
        for sequence in getattr(self.module, "PINNED", []):
            self.anew()
            for call in sequence:
                self.call(self.service, *call)

    def run(self, seed, calls):
        self.d = Draw(seed)
        before = self.tally.different
        self.anew()
        for _ in range(calls):
            operation, call = self.d.r.choice(self.makers)(self.d, self.d.chance(0.25))
            self.call(self.service, operation, call)
        if self.tally.different > before:
            print(f"  that was {self.service}, seed {seed}")
