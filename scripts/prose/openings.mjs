// Rules for the first sentence of a comment, which must name its subject first.

const sayNoun = 'begin with a noun phrase (what it is) or a verb (what it does)'

/** @type {{ rule: string, kinds: string[], find: RegExp, say: string }[]} */
const rules = [
  {
    rule: 'question',
    kinds: ['header', 'doc'],
    find: /^(What|Who|Whom|Whose|How(?! to)|Where|Whether|Why|Which)\b[^?]*$/,
    say: sayNoun,
  },
  {
    rule: 'when',
    kinds: ['header', 'doc'],
    find: /^When\b[^,?]*$/,
    say: 'name the value: "Start time, in …"',
  },
  {
    rule: 'pronoun',
    kinds: ['header', 'doc'],
    find: /^(It|Its|Those|They|Their|Told|And|So|Or|But|Else|Something|Nothing|Nobody|Once more)\b/,
    say: sayNoun,
  },
  {
    rule: 'header-noun',
    kinds: ['header'],
    find: /^(From|In|At|With|Without|For|Of|On|By|To|Between|After|Before|Once|As|Under|Up|Out)\s/,
    say: 'begin a header with a noun phrase that names the thing',
  },
]

/**
 * @param {import('./extract.mjs').Block} block
 * @returns {{ line: number, rule: string, found: string, message: string }[]}
 */
export function openings({ kind, lines }) {
  const first = lines.findIndex(({ text }) => text.trim() !== '')
  const line = lines[first]
  if (line === undefined) return []
  const rest = lines.slice(first)
  const end = rest.findIndex(({ text }) => text.trim() === '')
  const paragraph = rest.slice(0, end === -1 ? undefined : end)
  const sentence =
    paragraph
      .map(({ text }) => text.trim())
      .join(' ')
      .split(/(?<=[.!?:])\s/)[0] ?? ''
  return rules
    .filter(({ kinds, find }) => kinds.includes(kind) && find.test(sentence))
    .map(({ rule, say }) => ({
      line: line.line,
      rule,
      found: sentence.split(' ').slice(0, 5).join(' '),
      message: say,
    }))
}
