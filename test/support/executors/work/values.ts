/** An export that is not work. */
export const notAFunction = 42
