import { describe, expect, test } from 'vitest'
import { type GoPackage, readGoFile } from './go-types.ts'
import { parseProto } from './proto.ts'
import { type Source, openApiPackage, line, shortPackage, typeFields } from './types.ts'

const proto = `
syntax = "proto2";
package k8s.io.api.things.v1;
import "k8s.io/apimachinery/pkg/api/resource/generated.proto";
// Thing is a thing.
message Thing {
  // its name
  optional string name = 2;
  optional ThingSource source = 1;
  repeated Part parts = 4; // all of them
  map<string, .k8s.io.apimachinery.pkg.api.resource.Quantity> limits = 3;
  optional Words words = 5;
}
message ThingSource {
  optional int32 count = 1;
}
message Part {
}
message Words {
  repeated string items = 1;
}
`
const go = `
package v1

import (
	res "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const GroupName = "things.example.com"

/* type Old struct {
	Gone string
} */
type Mode string
type Words []string
type Limits map[Mode]res.Quantity

// Thing is a thing.
type Thing struct {
	metav1.TypeMeta \`json:",inline"\`
	// Mode \`json:"not this"\`
	Name *Mode \`json:"name" protobuf:"bytes,2,opt,name=name,casttype=Mode"\`
	ThingSource \`json:",inline" protobuf:"bytes,1,opt,name=source"\`
	Limits Limits \`json:"limits,omitempty" protobuf:"bytes,3,rep,name=limits"\`
	Parts []Part \`json:"parts,omitempty,omitzero" protobuf:"bytes,4,rep,name=parts"\`
	Words Words \`json:"words" protobuf:"bytes,5,opt,name=words"\`
	hidden int
}

type ThingSource struct {
	Count *int32 \`json:"count,omitempty" protobuf:"varint,1,opt,name=count"\`
}

type Part struct{}
`

function source(): Source {
  const pkg: GoPackage = { name: 'v1', structs: new Map(), named: new Map() }
  readGoFile(go, pkg)
  const schema = {
    required: ['name'],
    properties: {
      name: { default: '', enum: ['B', 'A'] },
      parts: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], default: [1] },
    },
  } as const
  return {
    go: pkg,
    messages: new Map(parseProto(proto).map((m) => [m.name, m])),
    schemas: new Map([['io.k8s.api.things.v1.Thing', schema as never]]),
    package: 'k8s.io.api.things.v1',
    wrapped: new Set(['k8s.io.api.things.v1.Words']),
  }
}

test('proto declares messages, numbers, labels and types', () => {
  const thing = parseProto(proto)[0]!
  expect(thing.package).toBe('k8s.io.api.things.v1')
  expect(thing.fields).toContainEqual({ name: 'parts', number: 4, label: 'repeated', type: 'k8s.io.api.things.v1.Part' })
  expect(thing.fields).toContainEqual({
    name: 'limits',
    number: 3,
    label: 'map',
    type: 'k8s.io.apimachinery.pkg.api.resource.Quantity',
  })
  expect(() => parseProto('package p;\nmessage A {\n  oneof x {\n')).toThrow('unknown line in a proto message: oneof x {')
})

describe('Go structs', () => {
  const pkg = source().go

  test('comments and what has no tag are passed over', () => {
    expect([...pkg.structs.keys()]).toEqual(['Thing', 'ThingSource', 'Part'])
    expect(pkg.structs.get('Thing')!.map((f) => f.name)).toEqual(['TypeMeta', 'Name', 'ThingSource', 'Limits', 'Parts', 'Words'])
    expect(pkg.group).toBe('things.example.com')
  })

  test('types are written with the last element of their package', () => {
    expect(pkg.named).toEqual(
      new Map([
        ['Mode', 'string'],
        ['Words', '[]string'],
        ['Limits', 'map[v1.Mode]resource.Quantity'],
      ]),
    )
    expect(pkg.structs.get('Thing')![1]).toEqual({ name: 'Name', type: '*v1.Mode', embedded: false, json: 'name', options: [], number: 2 })
  })
})

test('a type joins the three, in the order of the struct', () => {
  expect(typeFields(source(), 'Thing')).toEqual([
    ['kind', 0, 's', 2],
    ['apiVersion', 0, 's', 2],
    ['name', 2, 's', 1 | 4 | 16, { e: ['A', 'B'], g: 'v1.Mode' }],
    ['', 1, '.ThingSource', 0],
    ['limits', 3, '{q', 2, { g: 'v1.Limits' }],
    ['parts', 4, '[.Part', 2 | 8, { d: [1], l: 'map', k: ['name'] }],
    ['words', 5, '(s', 0, { g: 'v1.Words' }],
  ])
  expect(line(typeFields(source(), 'Thing')).split(';').slice(2, 6)).toEqual([
    'name|2|s|21|e=A,B|g=v1.Mode',
    '|1|.ThingSource|0',
    'limits|3|{q|2|g=v1.Limits',
    'parts|4|[.Part|10|d=[1]|l=map|k=name',
  ])
  expect(() => line([['a', 1, 's', 0, { d: 'a;b' }]])).toThrow('cannot write d="a;b"')
  const broken = source()
  broken.messages.get('Thing')!.fields.push({ name: 'lost', number: 9, label: 'optional', type: 'string' })
  expect(() => typeFields(broken, 'Thing')).toThrow('proto field lost has no Go field')
})

test('package names', () => {
  expect(openApiPackage('k8s.io.kube_aggregator.pkg.apis.apiregistration.v1')).toBe('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1')
  expect(shortPackage('io.k8s.apimachinery.pkg.apis.meta.v1')).toBe('meta.v1')
  expect(shortPackage('io.k8s.api.core.v1')).toBe('core.v1')
})
