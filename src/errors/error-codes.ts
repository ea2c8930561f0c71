/** The codes of Gantry's errors. */

/**
 * Stable error codes, for `error.code`.
 *
 * @example
 * ```ts
 * const codes: GantryErrorCode[] = ['GANTRY_RUN_LOG', 'GANTRY_SETUP']
 * ```
 */
export type GantryErrorCode =
  | 'GANTRY_STATEMENT'
  | 'GANTRY_TASK_EXISTS'
  | 'GANTRY_TASK_NOT_FOUND'
  | 'GANTRY_CONDITION'
  | 'GANTRY_ARG'
  | 'GANTRY_SETUP'
  | 'GANTRY_RUN_LOG'
  | 'GANTRY_RUN_TIMEOUT'
  | 'GANTRY_SESSION_STOPPED'
  | 'GANTRY_EXIT'
  | 'GANTRY_COMMAND_REFUSED'

const codes = new Set<string>([
  'GANTRY_STATEMENT',
  'GANTRY_TASK_EXISTS',
  'GANTRY_TASK_NOT_FOUND',
  'GANTRY_CONDITION',
  'GANTRY_ARG',
  'GANTRY_SETUP',
  'GANTRY_RUN_LOG',
  'GANTRY_RUN_TIMEOUT',
  'GANTRY_SESSION_STOPPED',
  'GANTRY_EXIT',
  'GANTRY_COMMAND_REFUSED',
])

/**
 * True for errors that Gantry throws itself, including those of another realm.
 *
 * @example
 * ```ts
 * try { session.task('reprot') } catch (error) { if (isGantryError(error)) console.error(error.code) }
 * ```
 */
export function isGantryError(value: unknown): value is Error & { code: GantryErrorCode } {
  return typeof value === 'object' && value !== null && codes.has(String((value as { code?: unknown }).code))
}
