//! The third part of the pipeline: the values of variables, the plan, the document that async-graphql runs, and the
//! completion of its response to the answer.

mod completion;
mod entities;
mod introspection;
mod mask;
mod planner;
mod prepared;
mod request;
mod syntax;
mod variables;

pub(super) use self::planner::{Planner, ROOT};
pub use self::prepared::Prepared;
pub(super) use self::prepared::kind;
pub(super) use self::variables::VariableCoercion;
