"""Writes short English and French sentences, composed from words and patterns that were written for this project.

    python bench/english_french.py src/unrolled/examples/english_french.tsv

Each pair is made here, from the tables below; nothing is taken from any corpus. The agreement of the French (gender,
number, elision, the partitive) stands in the tables or in the patterns.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

NUM = 1500

SUBJECTS = (
    ("I", "je", 0),
    ("you", "tu", 1),
    ("he", "il", 2),
    ("she", "elle", 2),
    ("we", "nous", 3),
    ("they", "ils", 5),
    ("my sister", "ma sœur", 2),
    ("my brother", "mon frère", 2),
    ("the teacher", "le professeur", 2),
    ("our neighbours", "nos voisins", 5),
    ("the children", "les enfants", 5),
    ("the cook", "la cuisinière", 2),
)
VERBS = {
    "eat": (("eat", "eats"), "mange manges mange mangeons mangez mangent"),
    "drink": (("drink", "drinks"), "bois bois boit buvons buvez boivent"),
    "see": (("see", "sees"), "vois vois voit voyons voyez voient"),
    "read": (("read", "reads"), "lis lis lit lisons lisez lisent"),
    "write": (("write", "writes"), "écris écris écrit écrivons écrivez écrivent"),
    "buy": (("buy", "buys"), "achète achètes achète achetons achetez achètent"),
    "sell": (("sell", "sells"), "vends vends vend vendons vendez vendent"),
    "want": (("want", "wants"), "veux veux veut voulons voulez veulent"),
    "look for": (("look for", "looks for"), "cherche cherches cherche cherchons cherchez cherchent"),
    "find": (("find", "finds"), "trouve trouves trouve trouvons trouvez trouvent"),
    "know": (("know", "knows"), "connais connais connaît connaissons connaissez connaissent"),
    "help": (("help", "helps"), "aide aides aide aidons aidez aident"),
    "wait for": (("wait for", "waits for"), "attends attends attend attendons attendez attendent"),
    "like": (("like", "likes"), "aime aimes aime aimons aimez aiment"),
}
FOOD = (
    ("bread", "du pain"),
    ("cheese", "du fromage"),
    ("soup", "de la soupe"),
    ("fish", "du poisson"),
    ("meat", "de la viande"),
    ("rice", "du riz"),
    ("an apple", "une pomme"),
    ("an egg", "un œuf"),
    ("a pear", "une poire"),
    ("a cake", "un gâteau"),
    ("salad", "de la salade"),
    ("two oranges", "deux oranges"),
)
DRINKS = (
    ("water", "de l'eau"),
    ("milk", "du lait"),
    ("tea", "du thé"),
    ("coffee", "du café"),
    ("a glass of wine", "un verre de vin"),
    ("apple juice", "du jus de pomme"),
)
TEXTS = (
    ("a book", "un livre"),
    ("a letter", "une lettre"),
    ("a poem", "un poème"),
    ("the list", "la liste"),
    ("a long story", "une longue histoire"),
    ("a short message", "un court message"),
    ("the menu", "la carte"),
)
THINGS = (
    ("a red bicycle", "un vélo rouge"),
    ("a white shirt", "une chemise blanche"),
    ("a green door", "une porte verte"),
    ("an old clock", "une vieille horloge"),
    ("a new lamp", "une nouvelle lampe"),
    ("the blue car", "la voiture bleue"),
    ("a small house", "une petite maison"),
    ("a big table", "une grande table"),
    ("the keys", "les clés"),
    ("a warm coat", "un manteau chaud"),
    ("black shoes", "des chaussures noires"),
    ("a good map", "une bonne carte"),
    ("three chairs", "trois chaises"),
    ("a round mirror", "un miroir rond"),
)
PERSONS = (
    ("the doctor", "le médecin"),
    ("the baker", "le boulanger"),
    ("a friend", "un ami"),
    ("the young pilot", "la jeune pilote"),
    ("her parents", "ses parents"),
    ("the old man", "le vieil homme"),
    ("our grandmother", "notre grand-mère"),
    ("the new student", "le nouvel étudiant"),
)
OBJECTS = {
    "eat": FOOD,
    "drink": DRINKS,
    "see": THINGS + PERSONS,
    "read": TEXTS,
    "write": TEXTS[:6],
    "buy": FOOD + THINGS,
    "sell": FOOD + THINGS,
    "want": FOOD + DRINKS + THINGS,
    "look for": THINGS + PERSONS,
    "find": THINGS,
    "know": PERSONS,
    "help": PERSONS,
    "wait for": PERSONS,
    "like": PERSONS,
}
WHEN = (
    ("", ""),
    ("", ""),
    (" today", " aujourd'hui"),
    (" every morning", " chaque matin"),
    (" in the evening", " le soir"),
    (" on Monday", " lundi"),
    (" at the station", " à la gare"),
    (" in the garden", " dans le jardin"),
    (" at the market", " au marché"),
    (" in the kitchen", " dans la cuisine"),
    (" near the river", " près de la rivière"),
    (" after school", " après l'école"),
)
PARTITIVE = {"eat", "drink", "buy", "sell", "want"}
"""Verbs whose partitive would change in a negation: "pas de pain"."""
LASTING = {"know", "like"}
"""Verbs that go with no time and no place."""
BE = ("suis", "es", "est", "sommes", "êtes", "sont")
STATES = (
    ("tired", "fatigué", "fatiguée"),
    ("happy", "content", "contente"),
    ("late", "en retard", "en retard"),
    ("ready", "prêt", "prête"),
    ("at home", "à la maison", "à la maison"),
    ("in the city", "en ville", "en ville"),
    ("very busy", "très occupé", "très occupée"),
    ("alone", "seul", "seule"),
    ("in the library", "à la bibliothèque", "à la bibliothèque"),
)
FEMININE = {"elle", "ma sœur", "la cuisinière"}
INVARIABLE = {"en retard", "à la maison", "en ville", "à la bibliothèque"}


def elided(subject: str, rest: str) -> str:
    """Return subject and verb, je before a vowel as j'."""
    if subject == "je" and rest[:1] in "aeiouyéèêœh":
        return f"j'{rest}"
    return f"{subject} {rest}"


def sentence(text: str, end: str) -> str:
    return text[:1].upper() + text[1:] + end


def actions() -> Iterator[tuple[str, str]]:
    """Yield who does what, when; and where nothing in the object changes, who does not."""
    for english, french, person in SUBJECTS:
        for verb, ((plain, third), forms) in VERBS.items():
            form = forms.split()[person]
            for thing, chose in OBJECTS[verb]:
                for when, quand in WHEN if verb not in LASTING else WHEN[:1]:
                    does = third if person == 2 else plain
                    yield (
                        sentence(f"{english} {does} {thing}{when}", "."),
                        sentence(f"{elided(french, form)} {chose}{quand}", "."),
                    )
                    if verb in PARTITIVE or chose.startswith(("un ", "une ", "des ")):
                        continue
                    not_ = "does not" if person == 2 else "do not"
                    ne = "n'" if form[:1] in "aeiouyéèêœ" else "ne "
                    yield (
                        sentence(f"{english} {not_} {plain} {thing}{when}", "."),
                        sentence(f"{french} {ne}{form} pas {chose}{quand}", "."),
                    )


def states() -> Iterator[tuple[str, str]]:
    """Yield who is what, said and asked."""
    for english, french, person in SUBJECTS:
        be = {0: "am", 1: "are", 2: "is", 3: "are", 5: "are"}[person]
        for state, masculine, feminine in STATES:
            how = feminine if french in FEMININE else masculine
            if person in (3, 5) and how not in INVARIABLE:
                how += "s"
            yield sentence(f"{english} {be} {state}", "."), sentence(f"{french} {BE[person]} {how}", ".")
            asked = f"est-ce que {french} {BE[person]} {how}"
            for whole in ("il", "elle"):
                asked = asked.replace(f"que {whole}", f"qu'{whole}")
            yield sentence(f"{be} {english} {state}", "?"), sentence(asked, " ?")


def main(path: Path) -> None:
    """Write NUM of them, drawn by a seed; no text stands there twice."""
    chance = random.Random(7)
    both = list(actions())
    chance.shuffle(both)
    pairs: dict[str, str] = {}
    for english, french in [*states(), *both]:
        if len(pairs) < NUM:
            pairs.setdefault(english, french)
    rows = [f"{english}\t{french}\n" for english, french in pairs.items()]
    chance.shuffle(rows)
    path.write_text("english\tfrench\n" + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
