/**
 * Helpers that Gantry's own interfaces (HTTP, command line) share with the session. Not a door of the package: `package.json` does not
 * export it, so its names may change at any time.
 */
export { toErrorData } from '../../errors/error-data.ts'
export { near } from '../../errors/suggest.ts'
export { toDurationMs } from '../../time/index.ts'
export { checkOptions } from '../../values/check-options.ts'
export { redacted, soundsSecret } from '../../values/secrets.ts'
