import { describe, expect, test } from 'vitest'
import { parseInterfaces, parseModel, parseParameters, readDescriptionTable } from './descriptions.ts'

const declaration = `/**
* A lease \\"of\\" time.
*/
export declare class V1Lease {
    /**
    * Where it goes on \\'from\\' here.
    */
    '_continue'?: string;
    'plain': string;
    /**
    * Of a map.
    */
    'labels'?: {
        [key: string]: string;
    };
}
`

describe('comments', () => {
  test('of a class and its properties, under their JSON names', () => {
    const code = `V1Lease.attributeTypeMap = [
    {
        "name": "_continue",
        "baseName": "continue",
        "type": "string",
    },`
    expect(parseModel(declaration, code)).toEqual({
      '': 'A lease "of" time.',
      continue: "Where it goes on 'from' here.",
      labels: 'Of a map.',
    })
  })

  test('of the parameters of a method', () => {
    const api = `
    /**
     * first
     * @param other not this
     */
    listNode(): void;
    /**
     * list
     * @param _continue the \\&quot;next\\&quot; page, &lt;1&gt;
     * @param body
     * @param limit how many
     */
    listPod(namespace: string): void;
`
    expect(parseParameters(api, 'listPod')).toEqual({ continue: 'the "next" page, <1>', limit: 'how many' })
    expect(() => parseParameters(api, 'listCat')).toThrow('there is no listCat')
  })
})

test('of the fields of each interface, with their lines', () => {
  const declarations = `import { Time } from "../meta/v1";
/** Not of a field. */
export interface Lease {
    /** When. */
    at?: Time;
    bare: string;
    /**
     * First:
     *   - indented
     */
    "continue"?: string;
}
export interface Other {
    /** Another. */
    at: Time;
}
`
  expect(parseInterfaces(declarations)).toEqual(
    new Map([
      ['Lease', { at: 'When.', continue: 'First:\n  - indented' }],
      ['Other', { at: 'Another.' }],
    ]),
  )
})

test('the installed package describes what people ask kubectl explain for', () => {
  const { types, parameters } = readDescriptionTable()
  const core = 'io.k8s.api.core.v1'
  expect(types[`${core}.PodSpec`]!.containers).toMatch(/^List of containers belonging to the pod/)
  expect(types[`${core}.Container`]!.resources).toMatch(/^Compute Resources required by this container/)
  expect(types['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']!.creationTimestamp).toMatch(/^CreationTimestamp is a timestamp/)
  expect(types[`${core}.Event`]!['']).toMatch(/^Event is a report/)
  expect(types['io.k8s.api.events.v1.Event']!.reason).toBeDefined()
  expect(types['io.k8s.apimachinery.pkg.util.intstr.IntOrString']!['']).toMatch(/^IntOrString is/)
  for (const key of ['dryRun', 'patch.fieldManager', 'PodLogOptions.tailLines', 'path.namespace']) expect(parameters).toHaveProperty([key])
})
