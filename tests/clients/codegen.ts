import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

// From the printed schema to types, without a server.
const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["operations/*.ts"],
  generates: {
    "generated/graphql/": {
      preset: "client",
      // Trusted documents go to persisted-documents.json, with `__typename` everywhere, as clients with a cache send them.
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: {
        useTypeImports: true,
        // A scalar that is not named here fails the generation, rather than becoming `any`.
        strictScalars: true,
        scalars: {
          ID: "string",
          DateTime: "string",
          Date: "string",
          URL: "string",
          // Answered as text, so that no digit is lost; accepted as a number too.
          Decimal: { input: "string | number", output: "string" },
        },
      },
    },
    "generated/possible-types.ts": { plugins: ["fragment-matcher"] },
  },
};

export default config;
