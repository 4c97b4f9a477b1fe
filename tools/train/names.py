"""Names of many cultures for the slots of templates.txt: from lists (names.json) and from Faker's locales."""

import json
import random

from faker import Faker

from corpora import list_beside


class Names:
    """Draws names and other words for slots; the same seed draws the same."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lists = json.loads(list_beside("names.json"))
        self.locales = [Faker(locale) for locale in self.lists["locales"]]
        for number, locale in enumerate(self.locales):
            locale.seed_instance(seed + number)
        people = self.lists["people"]
        self.peoples = list(people.values())
        self.family_first = [people[name] for name in ("korean", "chinese", "vietnamese", "japanese")]

    def more_locales(self, locales, seed):
        """Faker's generators of other locales, seeded like these."""
        more = [Faker(locale) for locale in locales]
        for number, locale in enumerate(more):
            locale.seed_instance(seed + number)
        return more

    def choose(self, *lists):
        return self.random.choice(self.lists[self.random.choice(lists)])

    def first(self):
        if self.random.random() < 0.45:
            return self.random.choice(self.random.choice(self.peoples)["first"])
        return self.random.choice(self.locales).first_name()

    def last(self):
        if self.random.random() < 0.45:
            return self.random.choice(self.random.choice(self.peoples)["last"])
        return self.random.choice(self.locales).last_name()

    def full(self):
        draw = self.random.random()
        if draw < 0.1:
            people = self.random.choice(self.family_first)
            return f"{self.random.choice(people['last'])} {self.random.choice(people['first'])}"
        if draw < 0.2:
            return self.choose("marked")
        first, last = self.first(), self.last()
        draw = self.random.random()
        if draw < 0.06:
            return f"{first} {self.random.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
        if draw < 0.11:
            return f"{first} {last}-{self.last().split(' ')[0]}"
        if draw < 0.14:
            return f"{first}-{self.first().split(' ')[0]} {last}"
        return f"{first} {last}"

    def person(self):
        return self.full() if self.random.random() < 0.65 else self.first()

    def made_up_organisation(self):
        if self.random.random() < 0.6:
            return self.last().split(" ")[0] + " " + self.choose("organisation ends")
        return (
            self.choose("organisation starts")
            + self.random.choice(["", " "])
            + self.choose("organisation middles")
        )

    def organisation(self):
        draw = self.random.random()
        if draw < 0.3:
            return self.random.choice(self.locales).company()
        return (
            self.choose("organisations", "brands", "agencies") if draw < 0.6 else self.made_up_organisation()
        )

    def brand(self):
        return self.choose("brands") if self.random.random() < 0.85 else self.made_up_organisation()

    def university(self):
        if self.random.random() < 0.5:
            return self.choose("universities")
        form = self.random.choice(
            [
                "University of {}",
                "{} University",
                "{} College",
                "{} High School",
                "{} Institute of Technology",
            ]
        )
        return form.format(self.place())

    def place(self):
        draw = self.random.random()
        if draw < 0.3:
            return self.random.choice(self.locales).city()
        return self.choose("places") if draw < 0.8 else self.choose("countries")

    def street(self):
        if self.random.random() < 0.3:
            return self.choose("streets")
        name = self.choose("street names") if self.random.random() < 0.7 else self.last().split(" ")[0]
        return f"{name} {self.choose('street ends')}"

    def slot(self, name):
        """(text, type) for a slot of the templates; type None: no name."""
        if name in DRAWN:
            method, kind = DRAWN[name]
            return getattr(self, method)(), kind
        if name == "number":
            return str(
                self.random.randint(1, 99999) if self.random.random() < 0.6 else self.random.randint(1, 31)
            ), None
        key, kind = LISTED[name]
        return self.choose(key), kind


# slot: (method, type)
DRAWN = {
    "person": ("person", "PER"),
    "first": ("first", "PER"),
    "last": ("last", "PER"),
    "org": ("organisation", "ORG"),
    "brand": ("brand", "ORG"),
    "university": ("university", "ORG"),
    "place": ("place", "LOC"),
    "street": ("street", "LOC"),
}
# slot: (list of names.json, type)
LISTED = {
    "famous": ("famous", "PER"),
    "club": ("clubs", "ORG"),
    "agency": ("agencies", "ORG"),
    "venue": ("venues", "LOC"),
    "product": ("products", "MISC"),
    "misc": ("misc", "MISC"),
    "work": ("works", "MISC"),
    "event": ("events", "MISC"),
    "field": ("fields", None),
    "role": ("roles", None),
    "degree": ("degrees", None),
    "tech": ("tech", None),
    "food": ("food", None),
    "key": ("keys", None),
    "word": ("words", None),
}
