import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

// What kube-apiserver 1.37.2 answers.
describe('options of a DELETE', () => {
  let server: TestServer
  const all = '/api/v1/namespaces/default/configmaps'
  const IGNORE = 'ignoreStoreReadErrorWithClusterBreakingPotential'
  const options = (more: object): object => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...more })
  beforeAll(async () => {
    server = await startTestServer()
    await server.send('POST', all, { metadata: { name: 'p' } })
  })
  afterAll(() => server.close())

  const readable = `Operation cannot be fulfilled on configmaps "p": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/p, ResourceVersion: 0, AdditionalErrorMsg: unsafe deletion is not allowed because the object is decodable from storage`
  const policies = '"Foreground", "Background", "Orphan", "nil"'
  const invalid = (text: string): string => `DeleteOptions.meta.k8s.io "" is invalid: ${text}`
  const together = (field: string): string => `${IGNORE}: Invalid value: true: cannot be set together with .${field}`

  test.each([
    ['what can be read is not deleted unread', `p?${IGNORE}=true`, undefined, 409, readable],
    ['nor on trial, nor by a body', 'p', { [IGNORE]: true, dryRun: ['All'] }, 409, readable],
    ['what is not there is not found', `none?${IGNORE}=true`, undefined, 404, 'configmaps "none" not found'],
    ['the option turned off is none', `p?${IGNORE}=false&dryRun=All`, undefined, 200, undefined],
    [
      'nothing that looks at the object goes with it',
      'p',
      { [IGNORE]: true, preconditions: { uid: 'x' }, gracePeriodSeconds: 1, orphanDependents: true },
      422,
      invalid(`[${['orphanDependents', 'gracePeriodSeconds', 'preconditions'].map(together).join(', ')}]`),
    ],
    [
      'of another object',
      'p?uid=x&dryRun=All',
      undefined,
      409,
      expect.stringMatching(/"p": the UID in the precondition \(x\) does not match the UID in record/),
    ],
    [
      'of another version',
      'p?resourceVersion=0&dryRun=All',
      undefined,
      409,
      expect.stringMatching(/"p": the ResourceVersion in the precondition \(0\) does not match the ResourceVersion in record/),
    ],
    ['of nothing in particular', 'p?uid=&resourceVersion=&dryRun=All', undefined, 200, undefined],
    ['nor a policy', `p?${IGNORE}=true&propagationPolicy=Orphan`, undefined, 422, invalid(together('propagationPolicy'))],
    [
      'faults are told together, in their order',
      'p?propagationPolicy=Some&orphanDependents=true&dryRun=x',
      undefined,
      422,
      invalid(
        `[propagationPolicy: Invalid value: "Some": orphanDependents and deletionPropagation cannot be both set, propagationPolicy: Unsupported value: "Some": supported values: ${policies}, dryRun: Unsupported value: ["x"]: supported values: "All"]`,
      ),
    ],
  ])('%s', async (_, path, body, code, message) => {
    const answer = await server.send('DELETE', `${all}/${path}`, body === undefined ? undefined : options(body))
    expect({ code: answer.code, message: answer.body.message }).toEqual({ code, message })
    expect((await server.send('GET', `${all}/p`)).code).toBe(200)
  })

  test('a version is that of the list and of each object in it', async () => {
    const { code, body } = await server.send('DELETE', `${all}?resourceVersion=0&dryRun=All`)
    expect([code, body.message]).toEqual([409, expect.stringContaining('the ResourceVersion in the precondition (0) does not match')])
    expect((await server.send('DELETE', `${all}?fieldSelector=metadata.name%3Dnone&resourceVersion=0`)).code).toBe(200)
  })

  test('a collection is not deleted unread', async () => {
    const why = `${IGNORE}: Invalid value: true: is not allowed with DELETECOLLECTION, try again after removing the option`
    const { code, body } = await server.send('DELETE', all, options({ [IGNORE]: true }))
    expect([code, body.message]).toEqual([422, invalid(why)])
    expect((await server.send('GET', `${all}/p`)).code).toBe(200)
  })
})
