/// Models from a hub that speaks the Hugging Face protocol: listed, downloaded, checked, kept.
///
/// What a server says is hostile: file names cannot leave their folder, lengths are compared before and while
/// bytes come, every file has a checksum, and the token goes to the hub and to no other host.
@NullMarked
package io.attend.hub;

import org.jspecify.annotations.NullMarked;
