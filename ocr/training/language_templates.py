"""What people write that is in no book: numbers, dates, prices, codes, addresses, lines of programs.

A template is a pattern in which ``9`` stands for a digit, ``?`` for a letter, ``{kind}`` for a word of a
kind; everything else stands for itself. The shares say how often each occurs in notes and forms, by
judgement: no transcription of a page was counted.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator, Sequence

# fmt: off
TEMPLATES: dict[str, tuple[float, tuple[str, ...]]] = {
    "numbers": (3.0, (
        "9", "99", "999", "9999", "99999", "999999", "9999999999", "9.9", "9.99", "99.99", "9,999",
        "99,999", "9,999,999", "-9", "99%", "9.9%", "9/9", "9 9/9", "0.99",
    )),
    "items": (1.5, (
        "9.", "9)", "(9)", "99.", "#9", "#99", "9. {word}", "9) {word}", "no. 9", "- {word}", "* {word}",
    )),
    "dates": (1.5, (
        "9/9/99", "99/99/9999", "99-99-9999", "99-99-99", "99.99.9999", "9999-99-99", "{month} 9",
        "{month} 99, 9999", "99 {month} 9999", "{day} 99", "{month} '99", "99 {month} 99",
    )),
    "times": (1.0, (
        "9:99", "99:99", "99:99:99", "9 am", "9pm", "9:99 am", "99:99 pm", "99h99",
    )),
    "telephones": (1.0, (
        "999-9999", "999-999-9999", "(999) 999-9999", "999.999.9999", "+99 999 999 9999", "9999999999",
        "99999999", "x999", "tel. 999-9999", "+9 999 999-9999",
    )),
    "prices": (1.2, (
        "$9", "$99", "$9.99", "$99.99", "$9,999.99", "$9,999", "9.99", "$999.99", "$9m", "99c",
    )),
    "codes": (5.0, (
        "?9", "??9", "?99", "???999", "??999", "?9?9", "99?", "9?", "99??", "?-99", "??-99", "?-9",
        "??9?", "999-??", "999-99-9999", "?9?9?9", "?99-?99", "9-???-999", "{word}9", "{word}99",
        "{word}-9", "v9.9", "v9.9.9", "9.9.9", "99999-9999", "??99 9??", "???-9999",
        "9???999", "a9", "b9", "9a", "9b", "rev. ?", "room 999", "rm 99", "ref. 9999", "???9",
    )),
    "units": (0.8, (
        "9x9", "99 x 99", "99 kg", "9kg", "99 cm", "9 mm", "9 ft", "9'9\"", "99 lbs", "99 km", "9 ml",
        "99f", "9 oz", "9 hrs", "9 min", "9st", "9nd", "9rd", "9th", "99th", "9 years", "x9", "9 pcs",
        "9gb", "9 mhz", "99 mph", "9 tsp", "9 cups",
    )),
    "sums": (0.4, (
        "9+9=9", "9 + 9 = 99", "9x9=99", "?=9", "? = 9", "?+?=?", "?(?)=?", "9?+9=9", "?9=99", "y=?x+?",
        "?^9+?^9=?^9",
    )),
    "addresses": (1.0, (
        "99 {word} st.", "999 {word} street", "9999 {word} ave", "99 {word} road", "99999",
        "9999 {word} lane, {word}, ?? 99999", "apt. 9", "apt 9?", "p.o. box 999", "box 99", "{word}, ??",
        "{word}, ?? 99999", "??9 9??", "??99 9??",
    )),
    "mail": (1.0, (
        "{word}@{word}.com", "{word}.{word}@{word}.com", "?{word}@{word}.edu", "{word}99@{word}.com",
        "{word}_{word}@{word}.org", "www.{word}.com", "http://www.{word}.com", "{word}.com", "{word}.org",
        "@{word}", "#{word}", "{word}@{word}.co.uk", "{word}@gmail.com", "{word}@yahoo.com",
    )),
    "labels": (1.0, (
        "name:", "date:", "address:", "to:", "from:", "re:", "tel:", "phone:", "e-mail:", "time:",
        "total:", "price:", "notes:", "todo:", "to do", "city:", "zip:", "age:", "sex: ?", "signature",
        "id:", "subject:", "mr. {word}", "mrs. {word}", "ms. {word}", "dr. {word}", "mr {word}",
        "st. {word}", "{word} jr.", "{word} ?. {word}", "?. {word}", "?.?. {word}", "{word} & {word}",
        "{word} & co.", "{word} inc.",
    )),
    "letters": (2.0, (
        "?", "??", "???", "????", "?????", "???????", "?.?.", "?.?.?.", "? ? ?", "?&?", "?/?", "?,?,?",
        "??????????", "?-?",
    )),
    "alphabets": (0.8, (
        "{run}", "{spaced}", "{run} {run}",
    )),
    "programs": (3.0, (
        "def {id}({id}):", "def {id}():", "def main():", "def {id}(self, {id}):", "class {id}:",
        "class {id}({id}):", "return {id}", "return 9", "return true", "return false",
        "return {id}({id})", "return {id} + {id}", "return;", "return {id};", "if {id} == 9:",
        "if {id} < {id}:", "if {id} > 9:", "if not {id}:", "if {id} in {id}:", "else:",
        "elif {id} == {id}:", "while true:", "while {id} < 9:", "while {id}():", "for i in range(9):",
        "for i in range({id}):", "for i in range(len({id})):", "for i in range(9, {id}):",
        "for {id} in {id}:", "for i in {id}:", "{id} = 9", "{id}=9", "{id} = {id} + 9", "{id} += 9",
        "{id}+=9", "{id} = []", "{id} = {id}()", "{id} = {id}.{id}()", "{id}.{id}({id})",
        "{id}.append({id})", "{id}({id})", "{id}()", "{id}[i]", "{id}[9]", "{id}[i][j]", "{id} = {id}[i]",
        "print({id})", 'print("{word}")', "print('{word} {word}')", "print({id}, {id})", "print {id}",
        "import {id}", "from {id} import {id}", "from {id} import *", "import java.util.*;",
        '{id} = input("{word} {word}: ")', "{id} = int(input())", '{id} = int(input("{word}"))',
        "int({id})", "str({id})", "len({id})", "# {word} {word} {word}", "// {word} {word}", '"""',
        "try:", "except:", "pass", "break", "continue;", "public class {id} {",
        "public static void main(string[] args) {", "public static int {id}(int {id}) {",
        "public boolean {id}(string {id}){", "private int {id};", "int {id} = 9;", "int {id};",
        'string {id} = "{word}";', "for (int i = 9; i < {id}; i++) {", "for(int i=9;i<9;i++){",
        "if ({id} == {id}) {", "if({id} > 9){", "} else {", "else {", "}", "};", "{",
        "while ({id} != null) {", "system.out.println({id});", 'system.out.println("{word}");', "{id}++;",
        "{id}--;", "{id} = new {id}();", "new {id}[9];", "#include <stdio.h>", "#include <iostream>",
        "using namespace std;", 'printf("{word}\\n");', 'printf("%d\\n", {id});', "cout << {id} << endl;",
        "cin >> {id};", "int main() {", "int main(void)", "void {id}(int {id});", "return 9;",
        "{id}.length", "{id}.length();", "{id} && {id}", "{id} || {id}", "!{id}", "{id} == {id}",
        "{id} != {id}", "{id} >= 9", "{id} % 9 == 9", "{id} * {id}", "{id}->{id}", "var {id} = 9;",
        "let {id} = {id};", "const {id} = {id}({id});", "function {id}({id}) {", "console.log({id});",
        "select * from {id}", "where {id} = 9;", "public void {id}() {", "throw new {id}();", "true",
        "false", "null", "none", "self.{id} = {id}", "self.{id}", "__init__(self, {id})",
        "lambda {id}: {id}", "with open({id}) as f:", "</{id}>", "<{id}>", '<a href="{word}">',
    )),
}
MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november",
    "december",
)
DAYS = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday",
)
NAMES = (
    "i", "j", "k", "n", "x", "y", "a", "b", "c", "s", "t", "num", "sum", "str", "list", "total", "count",
    "result", "index", "value", "name", "data", "text", "line", "word", "self", "args", "file", "user",
    "input", "output", "node", "left", "right", "head", "tail", "max", "min", "temp", "key", "string",
    "array", "length", "size",
)

_HOLE = re.compile(r"\{(word|month|day|id|run|spaced)\}|[9?]")
# fmt: on


def fill(template: str, words: Sequence[str], rng: random.Random) -> str:
    """One text made from a template, in lower case."""

    def identifier() -> str:
        if rng.random() < 0.6:
            return rng.choice(NAMES)
        return rng.choice(["", "_"]).join(rng.choice(words) for _ in range(rng.randint(1, 3)))

    def filled(hole: re.Match[str]) -> str:
        kind = hole.group(1)
        if kind == "word":
            return rng.choice(words)
        if kind == "month":
            return rng.choice(MONTHS)
        if kind == "day":
            return rng.choice(DAYS)
        if kind == "id":
            return identifier()
        if kind in ("run", "spaced"):
            start = rng.choice([0, 0, 0, rng.randrange(22)])
            letters = string.ascii_lowercase[start : start + rng.choice([4, 7, 10, 13, 26])]
            return (" " if kind == "spaced" else "").join(letters)
        return rng.choice(string.digits if hole.group() == "9" else string.ascii_lowercase)

    return _HOLE.sub(filled, template)


def texts(count: int, words: Sequence[str], seed: int) -> Iterator[str]:
    """``count`` texts from all templates in their shares; ``words`` are drawn evenly."""
    rng = random.Random(seed)
    kinds = list(TEMPLATES)
    for kind in rng.choices(kinds, [TEMPLATES[kind][0] for kind in kinds], k=count):
        yield fill(rng.choice(TEMPLATES[kind][1]), words, rng)
