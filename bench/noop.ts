/** Work that does nothing, for what surrounds it to be measured. */
export const noop = (): number => 1
/** Work that gives back what it is given. */
export const echo = ({ value }: { value?: unknown }): unknown => value

// As the module of a process that is forked by hand: says so, and ends.
if (process.argv[2] === 'alone') process.send?.(1, undefined, undefined, () => process.exit(0))
