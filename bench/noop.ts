/** Work that does nothing, for what surrounds it to be measured. */
export const noop = (): number => 1

// As the module of a process that is forked by hand: says so, and ends.
if (process.argv[2] === 'alone') process.send?.(1, undefined, undefined, () => process.exit(0))
