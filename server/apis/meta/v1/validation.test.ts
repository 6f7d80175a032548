import { describe, expect, test } from 'vitest'
import { nameIsSubdomain } from '../../../machinery/names.ts'
import type { FieldError } from '../../../machinery/field-errors.ts'
import { validateLabelSelector, validateObjectMeta, validateObjectMetaUpdate } from './validation.ts'

const rules = { namespaced: true, nameErrors: nameIsSubdomain }
const texts = (errors: FieldError[]): string[] => errors.map((e) => `${e.field}: ${e.body}`)

describe('object metadata', () => {
  test('a plain one is fine', () => {
    expect(validateObjectMeta({ name: 'a', namespace: 'b', labels: { 'x.io/y': 'z' } }, rules, 'metadata')).toEqual([])
  })

  test('names, namespaces, finalizers', () => {
    expect(texts(validateObjectMeta({}, rules, 'metadata'))).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'metadata.namespace: Required value',
    ])
    expect(texts(validateObjectMeta({ name: 'a', namespace: 'b' }, { ...rules, namespaced: false }, 'metadata'))).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ])
    expect(
      texts(validateObjectMeta({ name: 'a', namespace: 'b', finalizers: ['orphan', 'foregroundDeletion'] }, rules, 'metadata')),
    ).toEqual([
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ])
  })

  test('owner references: one controller', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u', controller: true }
    const errors = validateObjectMeta({ name: 'a', namespace: 'b', ownerReferences: [owner, { ...owner, name: 'c' }] }, rules, 'metadata')
    expect(errors).toHaveLength(1)
    expect(errors[0]!.body).toContain('Found "true" in references for Pod/a and Pod/c')
  })

  test('annotations are limited together', () => {
    const meta = { name: 'a', namespace: 'b', annotations: { k: 'v'.repeat(256 * 1024) } }
    expect(texts(validateObjectMeta(meta, rules, 'metadata'))).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ])
  })

  test('updates keep identity', () => {
    const old = { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', deletionTimestamp: '2026-01-01T00:00:00Z' }
    expect(texts(validateObjectMetaUpdate({ ...old, uid: 'v', resourceVersion: '', finalizers: ['x/y'] }, old, 'metadata'))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x/y"}',
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.uid: Invalid value: "v": field is immutable',
    ])
  })

  test('label selectors', () => {
    const errors: FieldError[] = []
    validateLabelSelector(
      errors,
      {
        matchExpressions: [
          { key: 'a', operator: 'In' },
          { key: 'a', operator: 'Is' },
        ],
      },
      's',
    )
    expect(texts(errors)).toEqual([
      "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      's.matchExpressions[1].operator: Invalid value: "Is": not a valid selector operator',
    ])
  })
})
