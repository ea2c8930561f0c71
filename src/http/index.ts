/** `gantry/http`: a session over HTTP. */
export { createHttp, type Health, type Http } from './http.ts'
export type { Attempt, HttpAuth, HttpLimits, HttpOptions, Who } from './options.ts'
export type { Listening, ListenOptions } from './server/listen.ts'
