import fc from 'fast-check'

/**
 * Set-up file of the unit tests. Properties are tried with the same cases in every run, so that chance decides no run of CI; `npm run
 * properties` looks for others, by these variables. A number of runs, or a size, that a test names itself stays as it is.
 */
const { PROPERTY_SEED = '20261128', PROPERTY_RUNS, PROPERTY_SIZE } = process.env
fc.configureGlobal({
  seed: Number(PROPERTY_SEED),
  ...(PROPERTY_RUNS === undefined ? {} : { numRuns: Number(PROPERTY_RUNS) }),
  ...(PROPERTY_SIZE === undefined ? {} : { baseSize: PROPERTY_SIZE as 'small' | 'medium' | 'large' }),
})
