/**
 * Property tests. Each test process takes a random seed; a failure prints it with the command that replays it.
 *
 * `GANTRY_SEED` sets the seed, `GANTRY_RUNS` the number of runs of every property. A counterexample that was found
 * becomes one of the `examples` of its property, which run first in each later run.
 */
import fc from 'fast-check'

/** The seed of this process; other random values of a test derive from it, too. */
export const seed = Number(process.env.GANTRY_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** The maximum number of values per property in the fast run, `npm test`. */
const fastRuns = 50

export interface PropertyOptions<Ts> {
  /** Number of values without `GANTRY_RUNS`; default 100. */
  readonly runs?: number
  /** Earlier counterexamples. */
  readonly examples?: Ts[]
  /** A fixed seed, for a property with known exceptions that random values would find; `GANTRY_SEED` overrides it. */
  readonly fixedSeed?: number
  /** False reports the first counterexample without a search for a smaller one; default: true. */
  readonly shrink?: boolean
}

/** Fails with the counterexample, the seed and the command that replays it. Returns a promise for an async property. */
export function checkProperty<Ts>(
  property: fc.IAsyncProperty<Ts>,
  options?: PropertyOptions<Ts>,
): Promise<void>
export function checkProperty<Ts>(property: fc.IProperty<Ts>, options?: PropertyOptions<Ts>): void
export function checkProperty<Ts>(
  property: fc.IRawProperty<Ts>,
  { runs = 100, examples = [], shrink = true, fixedSeed }: PropertyOptions<Ts> = {},
): Promise<void> | void {
  return fc.assert(property, {
    seed: process.env.GANTRY_SEED === undefined ? (fixedSeed ?? seed) : seed,
    numRuns: Number(
      process.env.GANTRY_RUNS ?? (process.env.GANTRY_TESTS === 'fast' ? Math.min(runs, fastRuns) : runs),
    ),
    examples,
    endOnFailure: !shrink,
    reporter: report,
  })
}

function report<Ts>(details: fc.RunDetails<Ts>): void {
  if (!details.failed) return
  throw new Error(
    `${fc.defaultReportMessage(details)}\n\nReplay it: GANTRY_SEED=${details.seed} npm test -- ${fileUnderTest()}\n` +
      'Then add the counterexample to the examples of the property.',
    { cause: details.errorInstance },
  )
}

/** The running test file, relative to the folder of the project. */
function fileUnderTest(): string {
  const { testPath } = expectState()
  return testPath?.slice(process.cwd().length + 1) ?? 'the test file'
}

function expectState(): { readonly testPath?: string } {
  return (globalThis as { expect?: { getState(): { testPath?: string } } }).expect?.getState() ?? {}
}
