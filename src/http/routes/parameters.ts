/** Routes of the session's params, the values that tasks and conditions share. */
import { z } from 'zod'
import { near } from '../../app/internal/index.ts'
import type { Shared } from '../api/context.ts'
import { type Route, route } from '../api/route.ts'
import { nameParams } from '../contract/inputs.ts'
import { asked, Problem, quoted } from '../contract/problem.ts'
import { named, parameterSchema } from '../contract/schemas.ts'

const parametersSchema = named('Parameters', z.object({ items: z.array(parameterSchema) }))

export const parameterRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/session/parameters',
    name: 'listParameters',
    summary: 'All shared values; values whose name looks like a secret are hidden.',
    permission: 'read',
    answers: { 200: { description: 'Names and values.', schema: parametersSchema } },
    handle: ({ shared }) => ({
      body: {
        items: shared.session.params
          .entries()
          .map(([name, value]) => ({ name, value: shared.copy(value, name) })),
      },
    }),
  }),
  route({
    method: 'GET',
    path: '/session/parameters/{name}',
    name: 'getParameter',
    summary: 'One shared value.',
    permission: 'read',
    params: nameParams,
    answers: { 200: { description: 'Name and value.', schema: parameterSchema } },
    problems: [404],
    handle: ({ shared, params: { name } }) => ({ body: parameterData(shared, name) }),
  }),
  route({
    method: 'PUT',
    path: '/session/parameters/{name}',
    name: 'setParameter',
    summary: 'Sets a shared value. Conditions that depend on it are re-evaluated.',
    permission: 'param.set',
    params: nameParams,
    body: z.strictObject({ value: z.unknown() }),
    answers: { 200: { description: 'Name and value.', schema: parameterSchema } },
    problems: [422],
    command: ({ name }, { value }) => ({ type: 'param.set', name, value }),
    handle({ shared, params: { name }, body }) {
      asked(() => shared.session.params.set(name, body.value))
      return { body: parameterData(shared, name) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/session/parameters/{name}',
    name: 'unsetParameter',
    summary: 'Removes a shared value.',
    permission: 'param.unset',
    params: nameParams,
    answers: { 200: { description: 'Name and previous value.', schema: parameterSchema } },
    problems: [404],
    command: ({ name }) => ({ type: 'param.unset', name }),
    handle({ shared, params: { name } }) {
      const before = parameterData(shared, name)
      shared.session.params.unset(name)
      return { body: before }
    },
  }),
]

function parameterData({ session, copy }: Shared, name: string) {
  const { params } = session
  if (params.has(name)) return { name, value: copy(params.get(name), name) }
  const meant = near(
    name,
    params.entries().map(([known]) => known),
  )
  throw new Problem(404, 'parameter-not-found', `Cannot find the param '${name}' as it is not set.`, {
    near: meant,
    ...(meant.length === 0 ? {} : { hint: `Did you mean ${quoted(meant)}?` }),
  })
}
