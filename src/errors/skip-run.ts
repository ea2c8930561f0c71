/** The outcome `inaction`, as work reports it. */

/**
 * Thrown or returned by work that has nothing to do: the run ends as `inaction`, which is not an error. The reason is in the outcome
 * and in the run log.
 *
 * @example
 * ```ts
 * app.task('import', 'hourly', async () => {
 *   const answer = await fetch('https://example.org/prices')
 *   if (answer.status === 304) throw new SkipRun('nothing new')
 * })
 * ```
 */
export class SkipRun {
  constructor(readonly reason?: string) {}
}

/**
 * Makes a {@link SkipRun} to return from work.
 *
 * @example
 * ```ts
 * app.task('import', 'hourly', () => skipRun('nothing new'))
 * ```
 */
export function skipRun(reason?: string): SkipRun {
  return new SkipRun(reason)
}

/**
 * The earlier name of {@link SkipRun}; the same class.
 *
 * @deprecated Use {@link SkipRun}.
 * @example
 * ```ts
 * app.task('import', 'hourly', () => {
 *   throw new Inaction('nothing new')
 * })
 * ```
 */
export const Inaction: typeof SkipRun = SkipRun

/**
 * The earlier name of {@link SkipRun}.
 *
 * @deprecated Use {@link SkipRun}.
 * @example
 * ```ts
 * const isSkipped = (value: unknown): value is Inaction => value instanceof SkipRun
 * ```
 */
export type Inaction = SkipRun

/**
 * The earlier name of {@link skipRun}.
 *
 * @deprecated Use {@link skipRun}.
 * @example
 * ```ts
 * app.task('import', 'hourly', () => inaction('nothing new'))
 * ```
 */
export const inaction: typeof skipRun = skipRun
