/** Atoms of the statement language: Rocketry's and Gantry's, in the order in which they are matched. */

import { always, never } from '../builders/combine.ts'
import { paramExists, paramIs, schedulerCycles, schedulerRunning } from '../builders/session-state.ts'
import { type Atom, atom, quoted } from './atom.ts'
import { calendarAtoms } from './calendar-atoms.ts'
import { unquote } from './lexer.ts'
import { taskAtoms } from './task-atoms.ts'

const comparisons = {
  'more than': 'moreThan',
  'less than': 'lessThan',
  'at least': 'atLeast',
  'at most': 'atMost',
  exactly: 'exactly',
} as const

/** The built-in language. */
export const atoms: readonly Atom[] = [
  atom('[always] true', '(?:always )?true', () => always),
  atom('[always] false', '(?:always )?false', () => never),
  atom('always', 'always', () => always),
  atom('never', 'never', () => never),
  ...calendarAtoms,
  ...taskAtoms,
  atom('scheduler has run over <duration>', 'scheduler has run over (?<span>.+)', ({ span }) =>
    schedulerRunning({ moreThan: span! }),
  ),
  atom('scheduler started [<duration> ago]', 'scheduler started(?: (?<span>.+) ago)?', ({ span }) =>
    schedulerRunning(span === undefined ? {} : { lessThan: span }),
  ),
  atom(
    'scheduler has [more|less|at|exactly [than|least|most]] <number> cycles',
    'scheduler has (?:(?<compare>more than|less than|at least|at most|exactly) )?(?<n>\\d+) cycles?',
    ({ compare = 'exactly', n }) =>
      schedulerCycles({ [comparisons[compare as keyof typeof comparisons]]: Number(n) }),
  ),
  atom("env '…'", `env (?<name>${quoted})`, ({ name }) => paramIs('env', unquote(name!))),
  atom("param '…' exists", `param (?<name>${quoted}) exists`, ({ name }) => paramExists(unquote(name!))),
  atom(
    "param '…' is <value>",
    `param (?<name>${quoted}) is (?<value>'(?:[^'\\\\]|\\\\.)*'|true|false|null|-?\\d+(?:\\.\\d+)?)`,
    ({ name, value }) =>
      paramIs(unquote(name!), value!.startsWith("'") ? unquote(value!) : JSON.parse(value!)),
  ),
]
