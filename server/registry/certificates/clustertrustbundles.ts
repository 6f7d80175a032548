import { validateClusterTrustBundle } from '../../apis/certificates/v1/clustertrustbundle.ts'
import { signersTrustBundleNameErrors } from '../../apis/core/v1/signer-name.ts'
import { textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { name, table } from '../generic/table-cells.ts'

export const clustertrustbundles: BuiltInKind = {
  group: 'certificates.k8s.io',
  resource: 'clustertrustbundles',
  strategy: {
    allowUnconditionalUpdate: false,
    ...validateWith(validateClusterTrustBundle),
    nameErrors: (name, _prefix, obj) => signersTrustBundleNameErrors(name, textAt(obj, 'spec.signerName')),
  },
  selectableFields: { 'spec.signerName': (o) => textAt(o, 'spec.signerName') },
  table: table('Name|SignerName', name, (o) => textAt(o, 'spec.signerName') || '<none>'),
  storage: { version: 'v1beta1' },
}
