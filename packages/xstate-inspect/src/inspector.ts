/** The inspector, which connects actors to the page of `@xstate/inspect`. */

import { createSafeCall } from '../../../src/inspect/safe-call.ts'
import type { Replacer } from '../../../src/values/plain-copy.ts'
import { createChannel, type ServerLike } from './channel.ts'
import { createDevTools, withDevTools } from './dev-tools.ts'
import { type Door, openDoor } from './door.ts'
import type { InspectionEventLike, InspectionObserver } from './observed.ts'
import { Registry } from './registry.ts'

/** Options of {@link createXStateInspector}, all optional. */
export interface XStateInspectorOptions {
  /** The port to listen on; 0 uses a free port. Default: 8888. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`, so that only this machine reaches it. */
  readonly host?: string
  /** The page that shows the actors. Of all web pages only those of its origin may connect. Default: `https://stately.ai/viz?inspect`. */
  readonly page?: string
  /** Replaces members of contexts and events before they leave the process, as in `JSON.stringify`: hide secrets here. */
  readonly replacer?: Replacer
  /** Maximum number of live actors to show; the page is made for a few hundred. Default: 1,000. */
  readonly maxActors?: number
  /** Receives failures of the inspector itself, which never affect the actors. Default: a process warning, once. */
  readonly onError?: (error: unknown) => void
}

/** A listening inspector. */
export interface XStateInspector {
  /** The observer to pass as `inspect` to the root actor: `createApp({ inspect })`, `createActor(machine, { inspect })`. */
  readonly inspect: InspectionObserver
  /**
   * The address to open in a browser. It contains a token that admits the visitor: treat it as a password.
   */
  readonly url: string
  /** The address of the WebSocket server, `ws://127.0.0.1:8888/‹token›`. */
  readonly address: string
  /** Disconnects pages, releases the port and forgets the actors. The observer remains and does nothing. */
  close(): Promise<void>
}

const keys = ['port', 'host', 'page', 'replacer', 'maxActors', 'onError']
const defaultPage = 'https://stately.ai/viz?inspect'

/**
 * Opens an inspector for XState 5 actors on the page of `@xstate/inspect`: the statechart of each actor, its state, its events, and
 * a field to send it events.
 *
 * It listens on a separate WebSocket server, does not keep the process alive, and does next to nothing while no page is connected.
 * Its failures never affect the actors.
 *
 * @throws TypeError or RangeError for invalid options.
 * @throws Error with the code of the system (`EADDRINUSE`, …) if it cannot listen on the port.
 *
 * @example
 * ```ts
 * import { createApp } from 'gantry'
 * import { createXStateInspector } from 'gantry-xstate-inspect'
 *
 * const inspector = await createXStateInspector({ port: 8888 })
 * const app = createApp({ inspect: inspector.inspect })
 * console.log(`Open ${inspector.url}`)
 * ```
 */
export async function createXStateInspector(options: XStateInspectorOptions = {}): Promise<XStateInspector> {
  checkOptions(options)
  const { port = 8888, host = '127.0.0.1', page = defaultPage, replacer, maxActors = 1_000 } = options
  // Imported only here, as it loads all of XState 4.
  const { inspect } = (await import('@xstate/inspect/lib/server.js')) as unknown as InspectLibrary
  const guard = createSafeCall(options.onError)
  const devTools = createDevTools()
  const registry = new Registry({
    devTools,
    replacer,
    maxActors,
    isFull: () => door?.isFull() ?? false,
    onOverflow: () => process.emitWarning(`The inspector shows ${maxActors} actors and leaves out the rest.`),
  })
  let door: Door | undefined
  const channel = createChannel({
    registry,
    visitors: () => door?.visitors ?? [],
    send: (visitor, text) => door?.send(visitor, text),
  })
  door = await openDoor({
    host,
    port,
    origins: [new URL(page).origin],
    onJoin: () => guard(() => registry.watch(true)),
    onMessage: (visitor, text) => guard(() => channel.receive(visitor, text)),
    onLeave: () => guard(() => registry.watch((door?.visitors.size ?? 0) > 0)),
    onDrained: () => guard(() => registry.catchUp()),
  })
  const handle = withDevTools(devTools, () => inspect({ server: channel.server }))
  let isOpen = true

  return {
    inspect: {
      next(event: InspectionEventLike) {
        if (isOpen) guard(() => registry.observe(event))
      },
    },
    url: `${page}${page.includes('?') ? '&' : '?'}server=${door.address}`,
    address: door.address,
    async close() {
      if (!isOpen) return
      isOpen = false
      registry.clear()
      devTools.clear()
      handle.disconnect()
      await door?.close()
    },
  }
}

interface InspectLibrary {
  inspect(options: { server: ServerLike }): { disconnect(): void }
}

function checkOptions(options: XStateInspectorOptions): void {
  const unknown = Object.keys(options).find((key) => !keys.includes(key))
  if (unknown !== undefined)
    throw new TypeError(
      `Cannot read options of the inspector as '${unknown}' is not one of them. Known are ${keys.join(', ')}.`,
    )
  const { port, maxActors, page } = options
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`Cannot use port as it must be a whole number from 0 to 65535: ${port}`)
  if (maxActors !== undefined && !(Number.isInteger(maxActors) && maxActors > 0))
    throw new RangeError(`Cannot use maxActors as it must be a whole number above 0: ${maxActors}`)
  if (page !== undefined && !URL.canParse(page))
    throw new TypeError(`Cannot use page as it must be an address such as ${defaultPage}: ${page}`)
}
