/** A promise with the functions that settle it: `Promise.withResolvers()`, which Node 20 lacks. */
export interface Deferred<T = void> {
  readonly promise: Promise<T>
  readonly resolve: (value: T | PromiseLike<T>) => void
  readonly reject: (reason: unknown) => void
}

type Executor<T> = (resolve: Deferred<T>['resolve'], reject: Deferred<T>['reject']) => void

/** Makes a {@link Deferred}; with a subclass, its promise is an instance of that. */
export function createDeferred<T = void>(): Deferred<T>
export function createDeferred<T, P extends Promise<T>>(
  Class: new (executor: Executor<T>) => P,
): Deferred<T> & { readonly promise: P }
export function createDeferred<T>(Class: new (executor: Executor<T>) => Promise<T> = Promise): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Class((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
