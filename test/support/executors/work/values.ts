/** What is exported and is no work. */
export const notAFunction = 42
