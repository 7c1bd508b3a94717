/**
 * The command line: one class for each command, which reads flags and a configuration, has {@code
 * job} do the work, and shows its result as text or as one JSON object.
 *
 * <p>May use everything. Used by nobody: {@link io.assize.cli.Assize} is where a process begins.
 */
package io.assize.cli;
