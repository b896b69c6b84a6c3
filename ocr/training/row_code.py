"""What the training rows say in program code: lines of several languages, names filled in by chance."""

from __future__ import annotations

import re
import string

from numpy.random import Generator

from ocr.training.row_texts import Texts

_LINES = """\
def {n}({n}, {n}):   def {n}({n}):   def {n}():   def {n}(self, {n}={d}):   class {N}:   class {N}({N}):
return {n}   return {n} {o} {n}   return {n}({n} {o} {d})   for {n} in range({d}):   for {n} in {n}:
for i in range(len({n})):   for i in range({n},{d},-1):   for {n} in range(({n}({n}){o}{d}), -1, -1):
while {n} {c} {d}:   while {n}():   while not {n}({n}):   if {n} {c} {d}:   if {n} == {q}{n}{q}:
elif {n} {c} {n}:   if {n}{c}{n} and {n}{c}{d}:   else:   if __name__ == "__main__":   print({n})
print({q}{t}{q})   print({q}{t}{q}, {n})   print(f"{n}: {{{n}}}")   pass   {n} = input({q}{t}: {q})
{n} = str(input({q}{t}: {q}))   {n} = int(input())   {n} = {d}   {n} = {n} {o} {n}   \"\"\"
{n} = {n} {o} {d}   {n}={n}{o}{d}   {n} += {d}   {n} -= 1   {n} = [{d}, {d}, {d}]   {n} = []   {n}.{n}()
{n}.{n}({n})   {n}.append({n})   {n}[{d}] = {n}[{n}]   {n}[{d}:{d}]   import {n}   import {n} as {s}
from {n} import {n}   {n}()   break   from {n}.{n} import *   {n} = {n}({n})   {n} = {{}}   {n} = {q}{t}{q}
{n}[{q}{n}{q}] = {d}   # {t}   // {t}   ''' {t} '''   \"\"\" {t} \"\"\"   /* {t} */   int {n} = {d};
int main() {{   #include <{n}.h>   {n}++;   return {d};   return {n}({n});
for (int i = 0; i < {d}; i++) {{   if ({n} {c} {n}) {{   if ({n} && !{n}) {{   }}   }} else {{
{n} = {n} || {d};   System.out.println({q}{t}{q});   printf("%d\\n", {n});   public class {N} {{
public int {n}(int {s}) {{   });   public static void main(String[] args) {{   String {n} = "{t}";
const {n} = {d};   let {n} = {n}.{n}();   ],   var {s} = {n}[{s}];   function {n}({n}) {{
({n}) => {n} {o} {d}   console.log({n});   cout << {n} << endl;   try:   {n} = lambda {s}: {s}*{s}
def {n}({n}: int) -> str:   except {N}Error:   with open("{n}.txt") as f:   @{n}
SELECT {n} FROM {n} WHERE {n} = {d};   <{n}>{t}</{n}>   <{n} {n}="{n}">   {n}: {d},   assert {n} {c} {d}
${n}={d}   {n} {n}.{n} > {n}.txt   {n} -{s} {n} | {n}   self.{n} = {n}   {n}({n}, {q}{n}{q})   {n}({n}({n}))"""
_TEMPLATES = tuple(re.split(r"\n| {3}", _LINES))
_SHORT = (
    "i",
    "j",
    "k",
    "n",
    "x",
    "y",
    "num",
    "sum",
    "str",
    "data",
    "list",
    "count",
    "max",
    "len",
    "np",
    "index",
)
_SLOT = re.compile(r"\{[nNsdoctq]\}")


def code_line(texts: Texts, rng: Generator) -> str:
    """A line of program code."""
    quote = str(rng.choice(["'", '"']))
    fill = {
        "{n}": lambda: identifier(texts, rng),
        "{N}": lambda: "".join(word.capitalize() for word in texts.words_of(rng, int(rng.integers(1, 3)))),
        "{s}": lambda: str(rng.choice(list(string.ascii_lowercase))),
        "{d}": lambda: str(int(10 ** rng.uniform(0, 4)) - 1),
        "{o}": lambda: str(rng.choice(list("+-*/%"))),
        "{c}": lambda: str(rng.choice(["<", ">", "<=", ">=", "==", "!="])),
        "{t}": lambda: texts.sentence(rng, int(rng.integers(3, 24))),
        "{q}": lambda: quote,
    }
    line = _SLOT.sub(lambda found: fill[found.group()](), str(_TEMPLATES[rng.integers(len(_TEMPLATES))]))
    line = line.replace("{{", "{").replace("}}", "}")
    return line.replace(" ", "") if rng.random() < 0.08 else line


def identifier(texts: Texts, rng: Generator) -> str:
    """A name in a program: short, a word, snake_case or camelCase."""
    pick = rng.random()
    if pick < 0.3:
        return str(rng.choice(_SHORT))
    if pick < 0.6:
        return texts.words_of(rng, 1)[0]
    words = texts.words_of(rng, int(rng.integers(2, 5)))
    if pick < 0.9:
        return "_".join(words)
    return words[0] + "".join(word.capitalize() for word in words[1:3])
