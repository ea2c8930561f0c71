import { describe, expect, test } from '@jest/globals'
import { createRedactor } from '../../src/values/secrets.ts'

describe('createRedactor', () => {
  test.each([
    ['Authorization: Bearer abcdef.ghijkl-12345', 'Authorization: Bearer (redacted)'],
    ['connect postgres://me:s3cr3t@db:5432/x failed', 'connect postgres://me:(redacted)@db:5432/x failed'],
    ['key AKIAIOSFODNN7EXAMPLE is wrong', 'key (redacted) is wrong'],
    [`bad ghp_${'a'.repeat(36)}, ghp_${'b'.repeat(36)}`, 'bad (redacted), (redacted)'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----!', '(redacted)!'],
    [`jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln`, 'jwt (redacted)'],
    ['nothing to hide: http://host/path@x, 12:30', 'nothing to hide: http://host/path@x, 12:30'],
  ])('text masks what looks like a secret: %s', (text, clean) => {
    expect(createRedactor().text(text)).toBe(clean)
  })

  test('text masks custom patterns, also global ones, every time', () => {
    const redactor = createRedactor({ patterns: [/customer-\d+/g, /kunde/iy] })
    for (let i = 0; i < 3; i++)
      expect(redactor.text('customer-1, customer-22, Kunde')).toBe('(redacted), (redacted), (redacted)')
  })

  test('named masks texts and values with texts by key, at any depth; numbers and flags remain', () => {
    const redactor = createRedactor()
    expect(redactor.named('password', 'x')).toBe('(redacted)')
    expect(redactor.named('credentials', { user: 'me' })).toBe('(redacted)')
    expect(
      redactor.named('user', { name: 'me', list: [{ apiKey: 'k', hasToken: true, tokens: 5 }] }),
    ).toEqual({
      name: 'me',
      list: [{ apiKey: '(redacted)', hasToken: true, tokens: 5 }],
    })
    expect(createRedactor({ keys: false }).named('password', 'x')).toBe('x')
    expect(createRedactor({ keys: /^pin$/g }).named('pin', '1234')).toBe('(redacted)')
  })

  test('value masks only texts, and returns the same object if there is nothing to mask', () => {
    const redactor = createRedactor()
    const value = { nextPageToken: 'abc', rows: [1, null, 'x'] }
    expect(redactor.value(value)).toBe(value)
    expect(redactor.value(['Bearer abcdefgh12', 1])).toEqual(['Bearer (redacted)', 1])
  })

  test('tell: a registered secret with any characters is masked everywhere; short ones are not', () => {
    const redactor = createRedactor()
    redactor.tell('s$&cr(e)t')
    redactor.tell({ key: 'deep-secret', list: ['third-one'], n: 5, no: null })
    redactor.tell('abc')
    expect(redactor.text('s$&cr(e)t deep-secret third-one abc s$&cr(e)t')).toBe(
      '(redacted) (redacted) (redacted) abc (redacted)',
    )
  })

  test('tell keeps a limited number of secrets, the newest', () => {
    const redactor = createRedactor()
    for (let i = 0; i < 1_001; i++) redactor.tell(`secret-${i}-`)
    expect(redactor.text('secret-0- secret-1000-')).toBe('secret-0- (redacted)')
  })
})

test('a redactor finds the texts in any value: with circles, Maps, throwing getters, a million members', () => {
  const redactor = createRedactor()
  const client: Record<string, unknown> = {
    password: 'hunter2-in-object',
    headers: new Map([['key', 'hunter2-in-map']]),
    all: new Set(['hunter2-in-set']),
    bytes: Buffer.alloc(1_000_000),
    get broken() {
      throw new Error('not connected')
    },
    list: ['hunter2-in-list'],
  }
  client.self = client
  redactor.tell([
    client,
    new Array(1_000_000_000),
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no')
        },
      },
    ),
  ])
  for (const place of ['object', 'map', 'set', 'list'])
    expect(redactor.text(`it is hunter2-in-${place}`)).toBe('it is (redacted)')
})
