/**
 * The dev interface through which `@xstate/inspect` learns of services: `globalThis.__xstate__`.
 *
 * Its own one is shared by all inspectors of a process and never forgets a listener, so that a closed inspector would go
 * on being told. Each inspector here has one of its own, which is the global one only while the inspector is being made.
 */
import type { Service } from './service.ts'

/** Called with each service: those that are there at once, others as they come. */
export type ServiceListener = (service: Service) => void

/** The interface in the shape that XState 4 gave it. */
export interface DevTools {
  readonly services: Set<Service>
  register(service: Service): void
  onRegister(listener: ServiceListener): { unsubscribe(): void }
  /** Stops every service and forgets every listener. */
  clear(): void
}

/** Makes a dev interface without services. */
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

/** Runs a function during which `globalThis.__xstate__` is this interface, whatever is assigned to it meanwhile. */
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
