/** The Stately inspector for a session: its actors on one side, the page of Stately on the other. */
import type { InspectionEvent } from 'xstate'
import { checkOptions } from '../values/check-options.ts'
import type { Replacer } from '../values/plain-copy.ts'
import { LivingActors } from './actors.ts'
import { openDoor } from './door.ts'
import { loadStately } from './library.ts'
import { bridgePage } from './page.ts'
import { createSafeCall } from './safe-call.ts'
import { Viewer } from './viewer.ts'

/**
 * Where an inspector listens and what it shows, all optional. An unknown key is a `TypeError` that names the nearest.
 *
 * @example
 * ```ts
 * import { createStatelyInspector, type StatelyInspectorOptions } from 'gantry/inspect'
 *
 * const options: StatelyInspectorOptions = {
 *   port: 0,
 *   replacer: (key, value) => (key === 'password' ? '(hidden)' : value),
 * }
 * const inspector = await createStatelyInspector(options)
 * ```
 */
export interface StatelyInspectorOptions {
  /** The port to listen on; 0 takes a free one. Default: 8080. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`, so that only this machine reaches it. */
  readonly host?: string
  /** The page that shows the actors. Default: `https://stately.ai/inspect`. */
  readonly page?: string
  /** Replaces members of contexts and events before they leave the process, as in `JSON.stringify`: hide secrets here. */
  readonly replacer?: Replacer
  /** How many living actors are shown. Default: 1,000. */
  readonly maxActors?: number
  /** Told of a failure of the inspector itself, which never reaches the session. Default: a process warning, once. */
  readonly onError?: (error: unknown) => void
}

/**
 * An inspector that listens.
 *
 * @example
 * ```ts
 * import { createStatelyInspector, type StatelyInspector } from 'gantry/inspect'
 *
 * const inspector: StatelyInspector = await createStatelyInspector()
 * const app = createApp({ inspect: inspector.inspect })
 * await app.run()
 * await inspector.close()
 * ```
 */
export interface StatelyInspector {
  /** The observer to pass on: `createApp({ inspect })`. */
  readonly inspect: { next(event: InspectionEvent): void }
  /**
   * The address to open in a browser. It contains a token that admits the visitor: treat it as a password.
   */
  readonly url: string
  /** The address at which programs receive the same, `ws://127.0.0.1:8080/‹token›`. */
  readonly address: string
  /** Sends pages away, frees the port and forgets the actors. The observer stays and does nothing. */
  close(): Promise<void>
}

const keys = ['port', 'host', 'page', 'replacer', 'maxActors', 'onError']
const defaultPage = 'https://stately.ai/inspect'

/**
 * Opens the Stately inspector: the session and its tasks as actors, with their states and the events between them, live.
 * Needs the package `@statelyai/inspect`.
 *
 * The messages are made by that package; the server is our own, as theirs listens on every network of the machine, lets
 * anyone in, and forgets actors that were made before a page was opened. It keeps no process alive and does next to nothing while
 * no page is open. A page that can't keep up is told of the latest state of each actor and not of every event.
 *
 * @throws TypeError or RangeError for options that are none.
 * @throws SetupError when `@statelyai/inspect` is not installed, or the port cannot be had.
 *
 * @example
 * ```ts
 * import { createApp } from 'gantry'
 * import { createStatelyInspector } from 'gantry/inspect'
 *
 * const inspector = await createStatelyInspector()
 * const app = createApp({ inspect: inspector.inspect })
 * console.log(`Open ${inspector.url}`)
 * ```
 */
export async function createStatelyInspector(
  options: StatelyInspectorOptions = {},
): Promise<StatelyInspector> {
  checkInspectorOptions(options)
  const { port = 8080, host = '127.0.0.1', page = defaultPage, replacer, maxActors = 1_000 } = options
  const library = await loadStately()
  const guard = createSafeCall(options.onError)
  const viewers = new Map<unknown, Viewer>()
  const actors = new LivingActors({
    maxActors,
    onOverflow: () => process.emitWarning(`The inspector shows ${maxActors} actors and leaves out the rest.`),
    audience: {
      onActor(living) {
        for (const viewer of viewers.values()) guard(() => viewer.onActor(living))
      },
      onChange(change) {
        for (const viewer of viewers.values()) guard(() => viewer.onChange(change))
      },
    },
  })
  const door = await openDoor(library, {
    host,
    port,
    page: bridgePage(page),
    onJoin: (visitor) =>
      guard(() => {
        const viewer = new Viewer(library, visitor, replacer)
        viewers.set(visitor, viewer)
        for (const living of actors) viewer.onActor(living)
      }),
    onLeave: (visitor) => viewers.delete(visitor),
  })
  let isOpen = true

  return {
    inspect: {
      next(event) {
        if (isOpen) guard(() => actors.observe(event))
      },
    },
    url: `http://${door.at}`,
    address: `ws://${door.at}`,
    async close() {
      if (!isOpen) return
      isOpen = false
      viewers.clear()
      actors.clear()
      await door.close()
    },
  }
}

function checkInspectorOptions(options: StatelyInspectorOptions): void {
  checkOptions(options, keys, 'options of the inspector')
  const { port, maxActors, page } = options
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`Cannot use port as a whole number from 0 to 65535: ${port}`)
  if (maxActors !== undefined && !(Number.isInteger(maxActors) && maxActors > 0))
    throw new RangeError(`Cannot use maxActors as a whole number above 0: ${maxActors}`)
  if (page !== undefined && !URL.canParse(page))
    throw new TypeError(`Cannot use page as an address such as ${defaultPage}: ${page}`)
}
