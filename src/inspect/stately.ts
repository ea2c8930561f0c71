/** The Stately inspector of a session, which connects its actors to Stately's page. */
import type { InspectionEvent } from 'xstate'
import { checkOptions } from '../values/check-options.ts'
import type { Replacer } from '../values/plain-copy.ts'
import { LiveActors } from './actors.ts'
import { openDoor } from './door.ts'
import { loadStately } from './library.ts'
import { bridgePage } from './page.ts'
import { createSafeCall } from './safe-call.ts'
import { Viewer } from './viewer.ts'

/**
 * Options of {@link createStatelyInspector}, all optional. An unknown key is a `TypeError` with the nearest name.
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
  /** The port to listen on; 0 uses a free port. Default: 8080. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`, so that only this machine reaches it. */
  readonly host?: string
  /** The page that shows the actors. Default: `https://stately.ai/inspect`. */
  readonly page?: string
  /** Replaces members of contexts and events before they leave the process, as in `JSON.stringify`: hide secrets here. */
  readonly replacer?: Replacer
  /** Maximum number of live actors to show. Default: 1,000. */
  readonly maxActors?: number
  /** Receives failures of the inspector itself, which never affect the session. Default: a process warning, once. */
  readonly onError?: (error: unknown) => void
}

/**
 * A listening inspector.
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
  /** The address to open in a browser. It contains a token that admits the visitor: treat it as a password. */
  readonly url: string
  /** The WebSocket address at which programs receive the same messages, `ws://127.0.0.1:8080/‹token›`. */
  readonly address: string
  /** Disconnects pages, releases the port and forgets the actors. The observer remains and does nothing. */
  close(): Promise<void>
}

const keys = ['port', 'host', 'page', 'replacer', 'maxActors', 'onError']
const defaultPage = 'https://stately.ai/inspect'

/**
 * Opens the Stately inspector: the session and its tasks as actors, with their states and the events between them, live. Requires
 * the package `@statelyai/inspect`.
 *
 * That package creates the messages. The server is Gantry's, as the package's own server listens on all networks of the machine,
 * accepts everyone, and forgets actors that were created before a page was opened. It does not keep the process alive and does
 * next to nothing while no page is open. A page that cannot keep up receives the latest state of each actor instead of every event.
 *
 * @throws TypeError or RangeError for invalid options.
 * @throws SetupError if `@statelyai/inspect` is not installed, or it cannot listen on the port.
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
  const actors = new LiveActors({
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
    throw new RangeError(`Cannot use port as it must be a whole number from 0 to 65535: ${port}`)
  if (maxActors !== undefined && !(Number.isInteger(maxActors) && maxActors > 0))
    throw new RangeError(`Cannot use maxActors as it must be a whole number above 0: ${maxActors}`)
  if (page !== undefined && !URL.canParse(page))
    throw new TypeError(`Cannot use page as it must be an address such as ${defaultPage}: ${page}`)
}
