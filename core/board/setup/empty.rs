// SPDX-License-Identifier: Apache-2.0
// empty: see Cargo.toml
