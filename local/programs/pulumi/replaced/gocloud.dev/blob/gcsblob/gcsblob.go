// Package gcsblob stands for the driver of Google's storage, which the local platform does not use.
package gcsblob

// Scheme of its URLs.
const Scheme = "gs"
