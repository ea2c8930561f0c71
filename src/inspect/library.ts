/** The packages behind the Stately inspector, loaded when it is opened: most sessions are never inspected. */
import { createRequire } from 'node:module'
import type { createInspector } from '@statelyai/inspect'
import type { WebSocketServer } from 'ws'
import { SetupError } from '../errors/errors.ts'

/** The parts of the packages that are used. */
export interface StatelyLibrary {
  readonly createInspector: typeof createInspector
  readonly WebSocketServer: typeof WebSocketServer
}

/**
 * Loads `@statelyai/inspect`, an optional peer dependency.
 *
 * @throws SetupError if it is not installed.
 */
export async function loadStately(): Promise<StatelyLibrary> {
  try {
    const { createInspector } = await import('@statelyai/inspect')
    // `ws` is a dependency of that package and not of Gantry: resolved from there, it is found in every layout.
    const theirs = createRequire(createRequire(import.meta.url).resolve('@statelyai/inspect'))
    const { WebSocketServer } = theirs('ws') as typeof import('ws')
    return { createInspector, WebSocketServer }
  } catch (cause) {
    throw new SetupError(
      'Cannot open the Stately inspector as the package @statelyai/inspect cannot be loaded. ' +
        'Install it next to gantry: npm install --save-dev @statelyai/inspect',
      { cause },
    )
  }
}
