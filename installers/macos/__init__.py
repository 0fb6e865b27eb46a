"""The application for macOS: Apple silicon, a disk image, signed where there is a certificate."""
