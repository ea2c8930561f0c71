/** Hostile values to throw or return. They are listed by name, as a test runner that prints them would fail. */

const bad = (): never => {
  throw new Error('bad')
}

const circle: { self?: unknown } = {}
circle.self = circle

const ownCause = new Error('loop')
ownCause.cause = ownCause

/** Looks like a plain object until its class is requested. */
const masked = new Proxy({}, { getPrototypeOf: bad })

/** A proxy that throws on every operation. */
const proxyOf = (target: object): object =>
  new Proxy(target, { get: bad, has: bad, ownKeys: bad, getPrototypeOf: bad, getOwnPropertyDescriptor: bad })

/** Values that work may throw. */
export const thrown = new Map<string, unknown>([
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['text', 'no'],
  ['a symbol', Symbol('s')],
  ['a function', bad],
  ['a frozen object', Object.freeze({ a: 1 })],
  ['an object without prototype', Object.create(null)],
  ['a frozen error', Object.freeze(new Error('frozen'))],
  ['an error with a throwing getter', Object.defineProperty(new Error('x'), 'message', { get: bad })],
  ['an error that is its own cause', ownCause],
  ['an aggregate', new AggregateError([new Error('one')], 'two')],
  ['a proxy', proxyOf({})],
  ['a proxy of a function', proxyOf(() => {})],
  ['a masked proxy', masked],
])

/** Values that work may return and no record can store. */
export const returned = new Map<string, unknown>([
  ['a big integer', 7n],
  ['a circle', circle],
  ['a function', bad],
  ['an object whose toJSON throws', { toJSON: bad }],
])

/** Kinds of promises. */
export const thenables = new Map<string, unknown>([
  ['whose `then` throws when it is read', Object.defineProperty({}, 'then', { get: bad })],
  ['whose `then` throws when it is called', { then: bad }],
  [
    'that settles twice',
    {
      then: (yes: (value: number) => void, no: (error: unknown) => void) => {
        no(new Error('first'))
        yes(2)
      },
    },
  ],
])
