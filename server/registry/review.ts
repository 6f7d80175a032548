import type { KubeObject } from '../machinery/types.ts'
import type { UnstoredDefinition, UnstoredRequest } from './definition.ts'
import { mutate, validate } from './generic/attributes.ts'

/** A kind that is posted to be answered. It passes admission like a write, as upstream's, though nothing is stored. */
export interface ReviewDefinition extends Omit<UnstoredDefinition, 'create'> {
  readonly namespaced: boolean
  /** `confirm` is validating admission: it is asked about a body that has been found valid, before the answer is worked out. */
  create(body: KubeObject, request: UnstoredRequest, confirm: () => Promise<void>): Promise<KubeObject>
}

export function admittedReview(review: ReviewDefinition): UnstoredDefinition {
  const to = { resource: review }
  return {
    ...review,
    async create(body, request) {
      const { namespace, context } = request
      const name = body.metadata.name ?? ''
      const write = { operation: 'CREATE', subresource: '', namespace, name, object: body, context } as const
      await mutate(to, write)
      return review.create(body, request, async () => validate(to, write))
    },
  }
}
