/** Values that nobody should throw or return, and somebody will. By name: a test runner that prints them would fall over. */

const bad = (): never => {
  throw new Error('bad')
}

const circle: { self?: unknown } = {}
circle.self = circle

const ownCause = new Error('loop')
ownCause.cause = ownCause

/** Passes for a plain object until its class is asked for. */
const masked = new Proxy({}, { getPrototypeOf: bad })

/** On this nothing can be done without a throw. */
const proxyOf = (target: object): object =>
  new Proxy(target, { get: bad, has: bad, ownKeys: bad, getPrototypeOf: bad, getOwnPropertyDescriptor: bad })

/** What work may throw. */
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

/** What work may return, that no record can carry. */
export const returned = new Map<string, unknown>([
  ['a big integer', 7n],
  ['a circle', circle],
  ['a function', bad],
  ['an object whose toJSON throws', { toJSON: bad }],
])

/** Promises of a kind. */
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
