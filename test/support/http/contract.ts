/** Whether an answer is what the OpenAPI document says it is. */
import { z } from 'zod'

interface Operation {
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema: object }> }>
}

export interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

/** An answer, and what was asked. */
export interface Asked {
  readonly method: string
  /** Below the prefix, without a query. */
  readonly path: string
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Makes the check of one document: throws with the operation and what is wrong. */
export function createContract(document: Document): (asked: Asked) => void {
  const paths = Object.keys(document.paths).map(
    (path) => [path, new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)] as const,
  )
  const schemas = new Map<string, z.ZodType>()
  const $defs = JSON.parse(
    JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
  )
  const read = (schema: object): z.ZodType => {
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    let made = schemas.get(text)
    if (made === undefined)
      schemas.set(text, (made = z.fromJSONSchema({ ...JSON.parse(text), $defs }) as z.ZodType))
    return made
  }

  return ({ method, path, status, type, text }) => {
    const found = paths
      .filter(([, pattern]) => pattern.test(path))
      // A fixed path before one with a name in its place.
      .sort(([a], [b]) => a.split('{').length - b.split('{').length)
      .map(([template]) => template)
    const operation = document.paths[found[0] ?? '']?.[method.toLowerCase()]
    // What is not in the document is a problem, which has its shape all the same.
    const schema =
      operation === undefined
        ? document.components.schemas.Problem!
        : operation.responses[String(status)]?.content[type]?.schema
    const where = `${method} ${path} ${status} ${type}`
    if (schema === undefined)
      throw new Error(`The document knows no such answer: ${where}\n${text.slice(0, 500)}`)
    const result = read(schema).safeParse(type.endsWith('json') ? JSON.parse(text) : text)
    if (!result.success)
      throw new Error(`Not as documented: ${where}\n${z.prettifyError(result.error)}\n${text.slice(0, 500)}`)
  }
}
