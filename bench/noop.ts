/** Work that does nothing, to measure the overhead. */
export const noop = (): number => 1
/** Work that returns its input. */
export const echo = ({ value }: { value?: unknown }): unknown => value

// Entry of a process that is forked directly: sends a message and ends.
if (process.argv[2] === 'alone') process.send?.(1, undefined, undefined, () => process.exit(0))
