// Lints the SDL only; TypeScript is Biome's.
import graphql from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      // Descriptions are wanted on everything, arguments and enum values included.
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true, rootField: true },
      ],
      // Short descriptions stand on one line, longer ones in a block.
      '@graphql-eslint/description-style': 'off',
      // `customerId` beside the opaque `id` is this graph's way to name the caller's own key.
      '@graphql-eslint/no-typename-prefix': 'off',
      // Payloads, pages, metrics and specs are values, not things with an identity.
      '@graphql-eslint/strict-id-in-types': 'off',
    },
  },
];
