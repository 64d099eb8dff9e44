// Proves that the server is a subgraph which platform teams can use: it composes with another one, and answers behind
// two gateways that others wrote, @apollo/gateway and @graphql-hive/gateway-runtime; every test of behind.mjs runs behind
// each. The scripts that compose and serve are those of docs/gateways.md, to the letter.
//
// Takes ADDRESS (a running `serve --dev`), PROGRAM (the program) and DATA (its data folder). It makes a tenant of its own
// there, so that no other story sees its records.
import './composition.mjs';
import './entities.mjs';
import { behind } from './behind.mjs';
import { start } from './world.mjs';

behind('@apollo/gateway', start('apollo.mjs'));
behind('@graphql-hive/gateway-runtime', start('hive.mjs'));
