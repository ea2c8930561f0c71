/** Calendar atoms: cycles, durations, cron, dates and periods. */
import { type CycleUnit, unitAdverbs } from '../../time/zone/units.ts'
import { cyclicWords, oncePer } from '../builders/calendar.ts'
import { cron, crontime } from '../builders/cron.ts'
import { during, from, once, onceIn, until } from '../builders/dates.ts'
import { type EveryBase, every } from '../builders/every.ts'
import { type Atom, atom, cycleFrom, date, quoted, unit, unitShape, windowOf, windowShape } from './atom.ts'
import { unquote } from './lexer.ts'

const expression = "'?(?<cron>(?:(?! with grace )[^'])+)'?"
const grace = '(?: with grace (?<grace>.+))?'
const graceOf = (value: string | undefined) => (value === undefined ? {} : { grace: value })

/** The atoms in the order in which they are matched. */
export const calendarAtoms: readonly Atom[] = [
  atom(`time of ${unitShape} ${windowShape}`, `time of ${unit}${windowOf}`, (parts) => ({
    kind: 'period',
    period: cycleFrom(parts.unit as CycleUnit, parts),
  })),
  atom(
    'time of cron <expression> [with grace <duration>] [in <zone>]',
    `time of cron ${expression}${grace}`,
    (parts) => crontime(parts.cron!, graceOf(parts.grace)),
  ),
  ...Object.entries(unitAdverbs).map(([word, of]) =>
    atom(`${word} ${windowShape}`, `${word}${windowOf}`, (parts) => {
      const period = cycleFrom(of, parts)
      return oncePer(period, cyclicWords(of, period))
    }),
  ),
  atom(
    'every <duration> [between <moment> and <moment>] [based on start|run|finish|success|fail] [in <zone>]',
    'every (?<length>.+?)(?: between (?<from>.+?) and (?<to>.+?))?(?: based on (?<base>start|run|finish|success|fail))?',
    (parts) =>
      every(parts.length!, {
        ...(parts.base === undefined ? {} : { based: parts.base as EveryBase }),
        ...(parts.from === undefined ? {} : { between: [parts.from, parts.to!] }),
      }),
  ),
  atom('cron <expression> [with grace <duration>] [in <zone>]', `cron ${expression}${grace}`, (parts) =>
    cron(parts.cron!, graceOf(parts.grace)),
  ),
  atom("during '…' [in <zone>]", `during (?<period>${quoted})`, ({ period }) => during(unquote(period!))),
  atom('once at <date> [in <zone>]', `once at (?<date>${date})`, (parts) => once(parts.date!)),
  atom('in <duration>', 'in (?<length>.+)', ({ length }) => onceIn(length!)),
  atom(
    'from <date> [until <date>] [in <zone>]',
    `from (?<first>${date})(?: until (?<last>${date}))?`,
    ({ first, last }) => (last === undefined ? from(first!) : from(first!).and(until(last))),
  ),
  atom('until <date> [in <zone>]', `until (?<last>${date})`, ({ last }) => until(last!)),
]
