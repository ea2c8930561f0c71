/**
 * The dev interface through which `@xstate/inspect` learns of services: `globalThis.__xstate__`.
 *
 * The library's own interface is shared by all inspectors of a process and never removes a listener, so that a closed inspector
 * would still receive events. Here each inspector has a separate interface, which is global only while the inspector is created.
 */
import type { Service } from './service.ts'

/** Called with each service: for existing services at once, for others when they are registered. */
export type ServiceListener = (service: Service) => void

/** The interface in the format of XState 4. */
export interface DevTools {
  readonly services: Set<Service>
  register(service: Service): void
  onRegister(listener: ServiceListener): { unsubscribe(): void }
  /** Stops all services and removes all listeners. */
  clear(): void
}

/** Creates a dev interface without services. */
export function createDevTools(): DevTools {
  const services = new Set<Service>()
  const listeners = new Set<ServiceListener>()
  return {
    services,
    register(service) {
      services.add(service)
      for (const listener of listeners) listener(service)
      service.onStop(() => services.delete(service))
    },
    onRegister(listener) {
      listeners.add(listener)
      for (const service of services) listener(service)
      return { unsubscribe: () => listeners.delete(listener) }
    },
    clear() {
      for (const service of [...services]) service.stop()
      listeners.clear()
    },
  }
}

/** Runs a function while `globalThis.__xstate__` is this interface, regardless of assignments to it. */
export function withDevTools<T>(devTools: DevTools, run: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, '__xstate__')
  Object.defineProperty(globalThis, '__xstate__', { configurable: true, get: () => devTools, set: () => {} })
  try {
    return run()
  } finally {
    if (before) Object.defineProperty(globalThis, '__xstate__', before)
    else Reflect.deleteProperty(globalThis, '__xstate__')
  }
}
