import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  // The committed schema; the address of a gateway does as well.
  schema: process.env.GRAPHQL_SCHEMA ?? '../../../schema.graphql',
  documents: 'src/*.ts',
  emitLegacyCommonJSImports: false,
  generates: {
    'src/gql/': {
      preset: 'client',
      // Writes persisted-documents.json too, which `medimax serve --documents` takes as its safelist.
      presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          Date: 'string',
          Time: 'string',
          DateTime: 'string',
          UUID: 'string',
          Decimal: { input: 'string | number', output: 'string' },
          SafeInt: 'number',
          JSON: 'unknown',
        },
      },
    },
  },
} satisfies CodegenConfig;
