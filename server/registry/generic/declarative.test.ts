import { describe, expect, test } from 'vitest'
import { invalid, required, type FieldError } from '../../machinery/field-errors.ts'
import { declarativeLast } from './declarative.ts'

const told = (kind: string, group: string, errors: FieldError[]): string[] => declarativeLast({ kind, group }, errors).map((e) => e.field)

describe('errors of tags come last', () => {
  test('in the order of the type’s fields, and those of one field as they were found', () => {
    const errors = [required('roleRef.name'), required('subjects[1].name'), required('metadata.name'), required('subjects[0].name')]
    expect(told('RoleBinding', 'rbac.authorization.k8s.io', errors)).toEqual([
      ...['metadata.name', 'subjects[1].name', 'subjects[0].name'],
      'roleRef.name',
    ])
  })

  test('only those of the type of error that the tag finds', () => {
    const errors = [invalid('spec.schedule', 'x', 'bad'), required('spec.jobTemplate')]
    expect(told('CronJob', 'batch', errors)).toEqual(['spec.schedule', 'spec.jobTemplate'])
    expect(told('CronJob', 'batch', [required('spec.schedule'), required('spec.jobTemplate')])).toEqual([
      'spec.jobTemplate',
      'spec.schedule',
    ])
  })

  test('only where the text is the tag’s, if another rule finds the same type', () => {
    const [tag, rule] = ['must be greater than or equal to 1', 'must be greater than or equal to `minReplicas`']
    const errors = [invalid('spec.maxReplicas', -1, tag), invalid('spec.maxReplicas', -1, rule), required('spec.scaleTargetRef.name')]
    const bodies = declarativeLast({ kind: 'HorizontalPodAutoscaler', group: 'autoscaling' }, errors).map((e) => e.body)
    expect(bodies).toEqual([`Invalid value: -1: ${rule}`, 'Required value', `Invalid value: -1: ${tag}`])
  })

  test('a kind without tags keeps its order', () => {
    const errors = [required('b'), required('a')]
    expect(declarativeLast({ kind: 'Pod', group: '' }, errors)).toBe(errors)
  })
})
