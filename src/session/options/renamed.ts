/** Renamed options: both names are accepted, and the session uses the current one. */

type Renamed = Readonly<Record<string, string>>

/** Present names of task options, by earlier name. */
export const renamedTaskOptions = {
  multilaunch: 'concurrency',
  grace: 'misfireGrace',
  graceMs: 'terminateGrace',
} as const satisfies Renamed

/** Present names of session options, by earlier name. */
export const renamedSessionOptions = { multilaunch: 'concurrency' } as const satisfies Renamed

/** Throws a `TypeError` if an option is given under both of its names. */
export function checkOneName(options: object, renamed: Renamed): void {
  for (const [old, name] of Object.entries(renamed)) {
    const given = options as Readonly<Record<string, unknown>>
    if (given[old] !== undefined && given[name] !== undefined)
      throw new TypeError(
        `Cannot read the options as '${old}' is the earlier name of '${name}': both are given. Give '${name}' only`,
      )
  }
}

/** The options under their current names. If both are given, which {@link checkOneName} refuses, the current name takes precedence. */
function present<T extends object>(options: T, renamed: Renamed): T {
  const known = Object.keys(renamed)
  if (!known.some((old) => Object.hasOwn(options, old))) return options
  const made: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    const name = Object.hasOwn(renamed, key) ? renamed[key]! : key
    if (name === key || made[name] === undefined) made[name] = value
  }
  return made as T
}

/** Task options under their current names. */
export function taskOptionsOf<T extends object>(options: T): T {
  return present(options, renamedTaskOptions)
}

/**
 * Session options under their current names, frozen. The earlier names remain readable, since `session.options` is
 * public; they are not enumerable, so that copies have one name.
 */
export function sessionOptionsOf<T extends object>(options: T): Readonly<T> {
  const made = { ...present(options, renamedSessionOptions) } as Record<string, unknown>
  for (const [old, name] of Object.entries(renamedSessionOptions))
    if (Object.hasOwn(made, name)) Object.defineProperty(made, old, { value: made[name] })
  return Object.freeze(made) as T
}
